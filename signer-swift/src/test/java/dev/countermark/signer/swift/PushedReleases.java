package dev.countermark.signer.swift;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.signer.service.PushedPackages;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Releases of one package; one that is no archive is hopeless. */
final class PushedReleases implements PushedPackages<ReleaseRecord> {
  @Override
  public ReleaseRecord sound(Place place, int number) {
    return push(place, "1.1." + number, Archives.sample());
  }

  @Override
  public ReleaseRecord hopeless(Place place) {
    return push(place, "6.6.6", Archives.utf8("no archive"));
  }

  private static ReleaseRecord push(Place place, String version, byte[] archive) {
    Part part = new Part(Sha256.hex(archive), archive.length, UUID.randomUUID().toString());
    place.store().put(ObjectKeys.content(part.sha256(), part.upload()), archive, archive.length);
    Identity identity = new Identity("mona", "linkedlist", version);
    ReleaseRecord record =
        new ReleaseRecord(
            1,
            place.repository(),
            identity,
            "mona",
            "LinkedList",
            new Upload(List.of(part), archive.length, part.sha256()),
            Optional.empty(),
            Optional.empty(),
            place.at(),
            UUID.randomUUID().toString(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    new Records(place.store()).create(SwiftKeys.release(place.repository(), identity), record);
    return record;
  }
}
