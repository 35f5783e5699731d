package dev.countermark.signer.nuget;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.signer.service.PushedPackages;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Versions of one package; one that is no archive is hopeless. */
final class PushedVersions implements PushedPackages<VersionRecord> {
  private static final byte[] PACKAGE = SignedPackages.unsigned("Acme.Tools");

  @Override
  public VersionRecord sound(Place place, int number) {
    return push(place, "1.0." + number, PACKAGE);
  }

  @Override
  public VersionRecord hopeless(Place place) {
    return push(place, "6.6.6", TestArchives.ascii("no archive, but long enough to be one"));
  }

  private static VersionRecord push(Place place, String version, byte[] file) {
    Part part = new Part(TestFeed.hex(file), file.length, UUID.randomUUID().toString());
    place.store().put(ObjectKeys.content(part.sha256(), part.upload()), file, file.length);
    Identity identity = new Identity("acme.tools", version);
    VersionRecord record =
        new VersionRecord(
            1,
            place.repository(),
            identity,
            identity.id(),
            identity.version(),
            new Upload(List.of(part), file.length, part.sha256()),
            "not looked at",
            Bytes.utf8("not looked at"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            place.at(),
            Optional.empty(),
            true,
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    new Records(place.store()).create(NugetKeys.version(place.repository(), identity), record);
    return record;
  }
}
