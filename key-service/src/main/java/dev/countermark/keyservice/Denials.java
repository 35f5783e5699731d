package dev.countermark.keyservice;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keyservice.AuditLog.Appendix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects refused calls and writes them to a chain of their own, equal ones counted together: a
 * client that is refused a thousand times a second must not cause a thousand writes.
 */
public final class Denials {
  private static final int MAX_DISTINCT = 256;
  private static final AuditRecord.Denied OTHERS =
      new AuditRecord.Denied(
          Optional.empty(), Optional.empty(), "various", "too many different ones to tell", 0);

  private final AuditLog audit;
  private final Map<AuditRecord.Denied, Long> pending = new LinkedHashMap<>();
  private final AtomicLong count = new AtomicLong();

  Denials(AuditLog audit) {
    this.audit = audit;
  }

  /**
   * Remembers a refused call until the next {@link #flush}.
   *
   * @param client absent when it did not prove who it is
   * @param operation what it wanted
   * @param reason without anything that the client sent
   */
  public void record(
      Optional<String> client,
      Optional<RepositoryName> repository,
      String operation,
      String reason) {
    count.incrementAndGet();
    add(new AuditRecord.Denied(client, repository, operation, reason, 0), 1);
  }

  /** Refused calls since the start. */
  public long count() {
    return count.get();
  }

  private void add(AuditRecord.Denied what, long times) {
    synchronized (pending) {
      boolean room = pending.size() < MAX_DISTINCT || pending.containsKey(what);
      pending.merge(room ? what : OTHERS, times, Long::sum);
    }
  }

  /**
   * Writes what was refused since the last call; nothing when nothing was. What cannot be written
   * is kept for the next call.
   */
  public void flush() {
    Map<AuditRecord.Denied, Long> taken;
    synchronized (pending) {
      if (pending.isEmpty()) {
        return;
      }
      taken = new LinkedHashMap<>(pending);
      pending.clear();
    }
    List<AuditRecord.Entry> entries = new ArrayList<>();
    taken.forEach(
        (what, times) ->
            entries.add(
                new AuditRecord.Denied(
                    what.client(), what.repository(), what.operation(), what.reason(), times)));
    try {
      audit.append(
          KeysBucket.DENIALS,
          AuditVerifier.DENIALS,
          "key-service",
          head -> new Appendix<>(entries, AuditLog.Told.NOTHING, entries.size()));
    } catch (RuntimeException e) {
      taken.forEach(this::add);
      throw e;
    }
  }
}
