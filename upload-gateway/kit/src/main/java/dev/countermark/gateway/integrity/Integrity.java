package dev.countermark.gateway.integrity;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Compares content with its hash before it is handed out. What is small is read once more for it,
 * so that the client is told instead of cut off; what is large is told by {@link Quarantine} alone,
 * which the scrubber fills.
 */
public final class Integrity {
  /** Most bytes that are compared while a client waits. */
  public static final long SMALL = 4L << 20;

  private static final Logger LOG = Logger.getLogger(Integrity.class);
  private static final int BUFFER = 32 << 10;

  /** Whoever asks for many ranges of something has it compared once in that time. */
  private static final Duration RANGES = Duration.ofSeconds(10);

  private final BlobStore store;
  private final Records records;
  private final Quarantine quarantine;
  private final Cache<String, Boolean> compared =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(RANGES).build();

  public Integrity(BlobStore store, Quarantine quarantine) {
    this.store = store;
    this.records = new Records(store);
    this.quarantine = quarantine;
  }

  /** Where nobody else is told of what is found. */
  public static Integrity alone(BlobStore store) {
    return new Integrity(store, new Quarantine(store, Clock.systemUTC(), key -> {}));
  }

  /** What comparing an object with its hash showed. */
  public enum State {
    RIGHT,
    DIFFERENT,
    MISSING
  }

  /** Whether an object, or what it names, is known to be damaged. */
  public boolean isHeld(String key) {
    return quarantine.holds(key);
  }

  /**
   * Whether something is known to be damaged.
   *
   * @param holder key of the record that names the parts
   */
  public boolean isHeld(String holder, List<Part> parts) {
    return isHeld(holder) || parts.stream().anyMatch(part -> isHeld(key(part)));
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }

  /**
   * Makes sure that content may be handed out.
   *
   * @param holder key of the record that names the parts
   * @param range whether only a range of it is wanted
   * @throws DamagedException when it is damaged
   */
  public void require(String holder, List<Part> parts, boolean range) {
    boolean known = isHeld(holder, parts);
    if (parts.stream().mapToLong(Part::size).sum() > SMALL) {
      if (known) {
        throw new DamagedException(holder);
      }
      return;
    }
    List<String> damaged = new ArrayList<>();
    for (Part part : parts) {
      if (!isRight(key(part), Sum.of(part), part.size(), range && !known)) {
        damaged.add(key(part));
      }
    }
    if (!damaged.isEmpty()) {
      damaged.forEach(key -> hold(key, List.of(key)));
      hold(holder, damaged);
      throw new DamagedException(holder);
    }
    // A record that is damaged itself is never read: what it names is right again.
    if (known) {
      parts.forEach(part -> lift(key(part)));
      lift(holder);
    }
  }

  /**
   * Makes sure that an object may be handed out that is content itself.
   *
   * @param size bytes
   * @param range whether only a range of it is wanted
   * @throws DamagedException when it is damaged
   */
  public void require(String key, Sum sum, long size, boolean range) {
    boolean known = isHeld(key);
    if (size > SMALL && !known) {
      return;
    }
    if (size > SMALL || !isRight(key, sum, size, range && !known)) {
      hold(key, List.of(key));
      throw new DamagedException(key);
    }
    if (known) {
      lift(key);
    }
  }

  /**
   * Makes sure that what a record holds inline may be handed out.
   *
   * @param key of the record
   * @throws DamagedException when it is damaged
   */
  public void require(String key, Sum sum, byte[] content) {
    if (!sum.isThatOf(content)) {
      hold(key, List.of(key));
      throw new DamagedException(key);
    }
    replaced(key);
  }

  /**
   * Reads a record.
   *
   * @throws DamagedException when its bytes are not those that were written
   */
  public <T> Optional<T> read(String key, Class<T> type) {
    try {
      return records.read(key, type);
    } catch (Json.MalformedJsonException e) {
      hold(key, List.of(key));
      throw new DamagedException(key);
    }
  }

  /**
   * An object was written again, is right again, or names other content than it did.
   *
   * @param key of the object
   */
  public void replaced(String key) {
    if (isHeld(key)) {
      lift(key);
    }
  }

  private boolean isRight(String key, Sum sum, long size, boolean mayBeRemembered) {
    if (mayBeRemembered && compared.getIfPresent(key) != null) {
      return true;
    }
    boolean right = compare(key, sum, size) == State.RIGHT;
    if (right) {
      compared.put(key, true);
    }
    return right;
  }

  /**
   * Compares an object with its hash.
   *
   * @param size bytes that count
   * @throws Failure.Transient when it cannot be read now
   */
  public State compare(String key, Sum sum, long size) {
    try (InputStream in = store.open(key, 0, size).orElse(null)) {
      if (in == null) {
        return State.MISSING;
      }
      MessageDigest hash = sum.hash();
      byte[] buffer = new byte[(int) Math.max(1, Math.min(size, BUFFER))];
      long left = size;
      while (left > 0) {
        int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (n < 0) {
          // Shorter than it was, or the store broke off.
          return store.head(key).filter(info -> info.size() == size).isEmpty()
              ? State.DIFFERENT
              : brokenOff(key, null);
        }
        hash.update(buffer, 0, n);
        left -= n;
      }
      return sum.isThatOf(hash) ? State.RIGHT : State.DIFFERENT;
    } catch (IOException e) {
      return brokenOff(key, e);
    }
  }

  private static State brokenOff(String key, IOException cause) {
    throw new Failure.Transient("the object store broke off while " + key + " was read", cause);
  }

  /** It is not handed out this time, whether or not the others can be told. */
  private void hold(String key, List<String> damaged) {
    try {
      if (!quarantine.holds(key)) {
        LOG.errorf("damaged: %s is not what was stored", key);
      }
      quarantine.hold(key, damaged);
    } catch (Failure.Transient e) {
      LOG.warnf("%s was found damaged, and will be found again: %s", key, e.getMessage());
    }
  }

  private void lift(String key) {
    try {
      quarantine.lift(key);
    } catch (Failure.Transient e) {
      LOG.warnf("%s is right again, and will be found so: %s", key, e.getMessage());
    }
  }
}
