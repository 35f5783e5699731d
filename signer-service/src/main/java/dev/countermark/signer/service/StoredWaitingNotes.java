package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.WaitingNote;
import dev.countermark.signing.WaitingNotes;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Beside the records, where the gateway finds them; a note that cannot be read is replaced. */
final class StoredWaitingNotes implements WaitingNotes<PackageRequest> {
  private static final Logger LOG = Logger.getLogger(StoredWaitingNotes.class);

  private final BlobStore store;
  private final Records records;

  StoredWaitingNotes(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  @Override
  public int tries(PackageRequest request) {
    try {
      return records
          .read(key(request), WaitingNote.class)
          .filter(note -> isOf(note, request))
          .map(WaitingNote::tries)
          .orElse(0);
    } catch (RuntimeException e) {
      LOG.debugf("%s: it is not known how often it was tried: %s", request.purl(), e.getMessage());
      return 0;
    }
  }

  @Override
  public boolean write(PackageRequest request, Note note) {
    try {
      try {
        update(request, note);
      } catch (MalformedJsonException e) {
        store.delete(key(request));
        update(request, note);
      }
      return true;
    } catch (RuntimeException e) {
      LOG.warnf("%s waits, and it is not written down: %s", request.purl(), e.getMessage());
      return false;
    }
  }

  private void update(PackageRequest request, Note note) {
    records.update(
        key(request),
        WaitingNote.class,
        old ->
            Optional.of(
                new WaitingNote(
                    old.map(WaitingNote::generation).orElse(0L) + 1,
                    request.format().label(),
                    request.repository(),
                    request.name(),
                    request.digest(),
                    note.obstacle(),
                    note.tries(),
                    old.filter(o -> isOf(o, request)).map(WaitingNote::since).orElse(note.at()),
                    note.at(),
                    note.nextTry(),
                    note.handedOver())));
  }

  /** Whoever looks after what waits deletes what is left here. */
  @Override
  public void clear(PackageRequest request) {
    try {
      store.delete(key(request));
    } catch (RuntimeException e) {
      LOG.debugf("%s waits no longer, and a note is left: %s", request.purl(), e.getMessage());
    }
  }

  private static boolean isOf(WaitingNote note, PackageRequest request) {
    return note.digest().equals(request.digest());
  }

  private static String key(PackageRequest request) {
    return ObjectKeys.waiting(
        request.repository(),
        request.format().label(),
        request
            .format()
            .recordKey(request.repository(), request.name(), request.digest())
            .orElseThrow());
  }
}
