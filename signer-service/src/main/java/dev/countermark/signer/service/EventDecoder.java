package dev.countermark.signer.service;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.signing.Lane;
import dev.countermark.signing.MalformedEventException;
import dev.countermark.signing.SigningWorker;
import java.time.Instant;
import java.util.Optional;

/** Reads the events of both lanes. */
final class EventDecoder implements SigningWorker.Decoder<PackageRequest> {
  private final Format<?, ?> format;

  EventDecoder(Format<?, ?> format) {
    this.format = format;
  }

  @Override
  public PackageRequest decode(Lane lane, Bytes value) {
    try {
      CloudEvent event = CloudEvent.fromJson(value.toArray());
      PackageRequest request =
          switch (event.type()) {
            case PackageUploaded.TYPE -> uploaded(lane, event);
            case PackageResyncRequested.TYPE -> resync(lane, event);
            default -> throw new MalformedEventException("no event that a signer acts on", null);
          };
      return request.after(event.traceparent());
    } catch (MalformedJsonException e) {
      throw new MalformedEventException(e.getMessage(), e);
    }
  }

  private PackageRequest uploaded(Lane lane, CloudEvent event) {
    PackageUploaded data = event.dataAs(PackageUploaded.class);
    Instant since = data.acceptedAt() == null ? event.time() : data.acceptedAt();
    requireComplete(data.repository(), data.name(), data.digest(), since);
    return new PackageRequest(format, lane, data.repository(), data.name(), data.digest(), since);
  }

  private PackageRequest resync(Lane lane, CloudEvent event) {
    PackageResyncRequested data = event.dataAs(PackageResyncRequested.class);
    requireComplete(data.repository(), data.name(), data.digest(), event.time());
    // It is said again in what is told of the package.
    if (data.campaign() != null && !ResyncRequested.isId(data.campaign())) {
      throw new MalformedEventException("the event's campaign cannot be one", null);
    }
    // Whoever writes to the uploads' topic must not be able to change signed bytes.
    ResyncMode mode = lane == Lane.RESYNC ? data.mode() : ResyncMode.ENSURE;
    if (mode == ResyncMode.RESIGN_ALL && !data.confirm()) {
      throw new MalformedEventException("resign-all breaks clients, and is not confirmed", null);
    }
    return new PackageRequest(
        format,
        lane,
        data.repository(),
        data.name(),
        data.digest(),
        event.time(),
        mode,
        Optional.ofNullable(data.campaign()),
        Optional.empty());
  }

  private void requireComplete(
      RepositoryName repository, String name, String digest, Instant since) {
    if (repository == null || since == null) {
      throw new MalformedEventException("the event names no repository or no time", null);
    }
    if (name == null || digest == null) {
      throw new MalformedEventException("the event names no package or no digest", null);
    }
    // Both become parts of object keys, whoever wrote the event.
    if (format.recordKey(repository, name, digest).isEmpty()) {
      throw new MalformedEventException(
          "the event's name or digest is none of " + format.label() + " in " + repository, null);
    }
  }
}
