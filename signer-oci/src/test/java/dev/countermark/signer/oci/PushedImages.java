package dev.countermark.signer.oci;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.signer.service.PushedPackages;
import java.util.Optional;

/** Manifests without layers; one that has not the digest it goes by is hopeless. */
final class PushedImages implements PushedPackages<ManifestRecord> {
  static String name(RepositoryName repository) {
    return repository + "/web";
  }

  @Override
  public ManifestRecord sound(Place place, int number) {
    Bytes manifest = manifest(number);
    return push(place, manifest, Oracle.sha256(manifest.toArray()));
  }

  @Override
  public ManifestRecord hopeless(Place place) {
    return push(place, manifest(0), "sha256:" + "ab".repeat(32));
  }

  private static Bytes manifest(int number) {
    return Bytes.utf8(
        """
        {"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.image.config.v1+json",\
        "digest":"sha256:%064x","size":7},"layers":[]}"""
            .formatted(number));
  }

  private static ManifestRecord push(Place place, Bytes manifest, String digest) {
    String name = name(place.repository());
    ManifestRecord record =
        new ManifestRecord(
            1,
            place.repository(),
            name,
            digest,
            MediaTypes.OCI_MANIFEST,
            manifest,
            place.at(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    new Records(place.store()).create(OciKeys.manifest(name, digest), record);
    return record;
  }
}
