package dev.countermark.gateway.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.metadata.InvalidMetadataException;
import dev.countermark.format.swift.metadata.PackageMetadata;
import dev.countermark.gateway.integrity.DamagedException;
import dev.countermark.gateway.swift.view.ReleaseView;
import dev.countermark.gateway.swift.view.Releases;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The JSON documents of a registry, as its clients' decoders want them.
 *
 * @see "swift reference, sections 1.4, 1.5 and 1.8"
 */
final class RegistryDocuments {
  /** The only format of signatures. */
  static final String CMS = "cms-1.0.0";

  private RegistryDocuments() {}

  /** All releases, the highest version first. */
  static byte[] releases(SwiftAddresses at, Releases releases) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    ObjectNode list = document.putObject("releases");
    for (ReleaseView release : releases.descending()) {
      ObjectNode entry = list.putObject(release.identity().version());
      if (release.withdrawn()) {
        problem(entry, 410, "Gone", "This release was withdrawn.");
      } else if (release.damaged()) {
        problem(entry, 500, "Internal Server Error", DamagedException.MESSAGE);
      } else {
        entry.put("url", at.release(release));
      }
    }
    return Json.write(document);
  }

  private static void problem(ObjectNode entry, int status, String title, String detail) {
    ObjectNode problem = entry.putObject("problem");
    problem.put("status", status);
    problem.put("title", title);
    // Without it clients cannot read the whole list.
    problem.put("detail", detail);
  }

  /** An available release. */
  static byte[] release(ReleaseRecord release) {
    SignedRelease signed = release.signed().orElseThrow();
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("id", release.scope() + "." + release.name());
    document.put("version", release.identity().version());
    ObjectNode archive = document.putArray("resources").addObject();
    archive.put("name", "source-archive");
    archive.put("type", "application/zip");
    archive.put("checksum", signed.sha256());
    ObjectNode signing = archive.putObject("signing");
    signing.put("signatureBase64Encoded", signed.signature().toBase64());
    signing.put("signatureFormat", CMS);
    document.set("metadata", metadata(release, signed));
    document.put("publishedAt", time(release.acceptedAt()));
    return Json.write(document);
  }

  private static ObjectNode metadata(ReleaseRecord release, SignedRelease signed) {
    ObjectNode metadata = metadata(release).served();
    if (signed.signer().by() == SignedBy.REPOSITORY) {
      release.author().ifPresent(author -> metadata.set("authorSignature", evidence(author)));
    }
    return metadata;
  }

  /** The signature that the repository's one took the place of. */
  private static ObjectNode evidence(AuthorSignature author) {
    ObjectNode evidence = JsonNodeFactory.instance.objectNode();
    evidence.put("signatureFormat", CMS);
    evidence.put("signatureBase64Encoded", author.archive().toBase64());
    author.metadata().map(Bytes::toBase64).ifPresent(m -> evidence.put("metadataSignature", m));
    evidence.put("signer", author.signer());
    evidence.put("certificate", author.certificate());
    return evidence;
  }

  /** It was looked at when it came. */
  private static PackageMetadata metadata(ReleaseRecord release) {
    try {
      return release.metadata().isEmpty()
          ? PackageMetadata.none()
          : PackageMetadata.parse(
              release.metadata().get().toArray(), release.metadata().get().length());
    } catch (InvalidMetadataException e) {
      throw new IllegalStateException("metadata that was taken is not valid", e);
    }
  }

  private static String time(Instant instant) {
    return instant.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  static byte[] identifiers(ReleaseView release) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.putArray("identifiers").add(release.scope() + "." + release.name());
    return Json.write(document);
  }
}
