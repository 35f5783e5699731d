package dev.countermark.signer.oci;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.signing.Lane;
import dev.countermark.signing.MalformedEventException;
import dev.countermark.signing.SigningWorker;
import java.time.Instant;

/**
 * Reads the events of both lanes. Names become object keys, so their grammar is checked here,
 * whoever wrote the event.
 */
final class EventDecoder implements SigningWorker.Decoder<OciSigningRequest> {
  @Override
  public OciSigningRequest decode(Lane lane, Bytes value) {
    try {
      CloudEvent event = CloudEvent.fromJson(value.toArray());
      return switch (event.type()) {
        case PackageUploaded.TYPE -> uploaded(lane, event);
        case PackageResyncRequested.TYPE -> resync(lane, event);
        default -> throw new MalformedEventException("no event that a signer acts on", null);
      };
    } catch (MalformedJsonException e) {
      throw new MalformedEventException(e.getMessage(), e);
    }
  }

  private static OciSigningRequest uploaded(Lane lane, CloudEvent event) {
    PackageUploaded data = event.dataAs(PackageUploaded.class);
    Instant since = data.acceptedAt() == null ? event.time() : data.acceptedAt();
    return request(lane, data.repository(), data.name(), data.digest(), since);
  }

  private static OciSigningRequest resync(Lane lane, CloudEvent event) {
    PackageResyncRequested data = event.dataAs(PackageResyncRequested.class);
    return request(lane, data.repository(), data.name(), data.digest(), event.time());
  }

  private static OciSigningRequest request(
      Lane lane, RepositoryName repository, String name, String digest, Instant since) {
    if (repository == null || since == null) {
      throw new MalformedEventException("the event names no repository or no time", null);
    }
    if (OciName.parse(name).isEmpty()) {
      throw new MalformedEventException("the event's name is not that of an image", null);
    }
    if (Digest.parse(digest).isEmpty()) {
      throw new MalformedEventException("the event's digest is not one", null);
    }
    if (!(name + "/").startsWith(repository + "/")) {
      throw new MalformedEventException(
          "the event's repository " + repository + " does not own its name", null);
    }
    return new OciSigningRequest(lane, repository, name, digest, since);
  }
}
