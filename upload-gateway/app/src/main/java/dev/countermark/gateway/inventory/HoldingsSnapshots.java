package dev.countermark.gateway.inventory;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.views.Readers;
import dev.countermark.gateway.views.SideBySide;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.jboss.logging.Logger;

/**
 * Holdings as they were, in the store: a gateway that starts need not read every record. Whoever
 * loads one looks what changed since; one that cannot be read is made anew.
 */
final class HoldingsSnapshots {
  private static final Logger LOG = Logger.getLogger(HoldingsSnapshots.class);

  private static final int PIECE = 2_000;
  private static final int MOST_PIECES = 10_000;
  private static final Duration BETWEEN = Duration.ofMinutes(5);

  /** Somebody may have written them and not yet said so, or read them. */
  private static final Duration PIECES_STAY = Duration.ofMinutes(15);

  /**
   * Which one is in force.
   *
   * @param form of the rows
   * @param createdAt when the repository was made: one that was made again is another
   * @param id of the pieces
   * @param savedAt when it was made
   */
  record Snapshot(int form, Instant createdAt, UUID id, Instant savedAt, List<Piece> pieces) {
    Snapshot {
      Objects.requireNonNull(createdAt);
      Objects.requireNonNull(id);
      Objects.requireNonNull(savedAt);
      pieces = List.copyOf(pieces);
    }

    boolean isUsable(Instant createdAt) {
      return form == Row.FORM
          && this.createdAt.equals(createdAt)
          && pieces.size() <= MOST_PIECES
          && pieces.stream().allMatch(p -> p.rows() >= 0 && p.rows() <= PIECE);
    }
  }

  /**
   * @param sha256 of the piece as it is stored, lower-case hexadecimal
   */
  record Piece(int rows, String sha256) {}

  private final BlobStore store;
  private final Records records;
  private final Readers readers;
  private final Clock clock;

  HoldingsSnapshots(BlobStore store, Readers readers, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.readers = readers;
    this.clock = clock;
  }

  /**
   * The holdings of the snapshot in force; empty, whatever the reason is, when they cannot be had.
   *
   * @param createdAt when the repository was made
   */
  Optional<Holdings> load(RepositoryName repository, String label, Instant createdAt) {
    try {
      return records
          .read(ObjectKeys.listing(repository, label), Snapshot.class)
          .filter(snapshot -> snapshot.isUsable(createdAt))
          .map(snapshot -> read(repository, label, snapshot));
    } catch (Json.MalformedJsonException | IllegalArgumentException | UncheckedIOException e) {
      LOG.warnf("the list of %s in %s is made anew: %s", label, repository, e.getMessage());
      return Optional.empty();
    }
  }

  private Holdings read(RepositoryName repository, String label, Snapshot snapshot) {
    SideBySide reads = new SideBySide(readers.of(repository));
    List<CompletableFuture<List<Row>>> pending = new ArrayList<>();
    for (int i = 0; i < snapshot.pieces().size(); i++) {
      String key = ObjectKeys.listingPiece(repository, label, snapshot.id(), i);
      Piece piece = snapshot.pieces().get(i);
      pending.add(reads.read(() -> read(key, piece)));
    }
    List<Row> rows = new ArrayList<>();
    try {
      pending.forEach(p -> rows.addAll(SideBySide.joined(p)));
    } finally {
      reads.stop();
    }
    return Holdings.of(rows);
  }

  private List<Row> read(String key, Piece piece) {
    byte[] content =
        store
            .get(key)
            .map(StoredObject::content)
            .orElseThrow(() -> new IllegalArgumentException("there is no " + key));
    if (!sha256(content).equals(piece.sha256())) {
      throw new IllegalArgumentException(key + " is damaged");
    }
    List<Row> rows = new ArrayList<>(piece.rows());
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(new ByteArrayInputStream(content)))) {
      for (int i = 0; i < piece.rows(); i++) {
        int length = in.readInt();
        if (length < 0 || length > Row.LARGEST) {
          throw new IllegalArgumentException(key + " has a row that is none");
        }
        byte[] packed = new byte[length];
        in.readFully(packed);
        rows.add(Row.of(packed));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /**
   * Keeps holdings in place of the snapshot in force, unless that is young.
   *
   * @return whether it did
   */
  boolean save(RepositoryName repository, String label, Instant createdAt, Holdings holdings) {
    String key = ObjectKeys.listing(repository, label);
    Optional<StoredObject> before = store.get(key);
    Optional<Snapshot> inForce = before.flatMap(HoldingsSnapshots::parsed);
    Instant now = clock.instant();
    if (inForce
        .filter(s -> s.isUsable(createdAt) && s.savedAt().isAfter(now.minus(BETWEEN)))
        .isPresent()) {
      return false;
    }
    UUID id = UUID.randomUUID();
    List<Piece> pieces = new ArrayList<>();
    for (int from = 0; from < holdings.size(); from += PIECE) {
      List<Row> rows = holdings.rows(from, Math.min(from + PIECE, holdings.size()));
      byte[] content = packed(rows);
      store.put(
          ObjectKeys.listingPiece(repository, label, id, pieces.size()), content, content.length);
      pieces.add(new Piece(rows.size(), sha256(content)));
    }
    byte[] json = Json.write(new Snapshot(Row.FORM, createdAt, id, now, pieces));
    boolean saved =
        isThere(repository, createdAt)
            && (before.isEmpty()
                ? store.create(key, json).isPresent()
                : store.replace(key, json, before.get().version()).isPresent());
    if (saved) {
      sweep(repository, label, id, inForce.map(Snapshot::id));
    }
    return saved;
  }

  private static Optional<Snapshot> parsed(StoredObject object) {
    try {
      return Optional.of(Json.read(object.content(), Snapshot.class));
    } catch (Json.MalformedJsonException e) {
      return Optional.empty();
    }
  }

  private boolean isThere(RepositoryName repository, Instant createdAt) {
    return records
        .read(ObjectKeys.repository(repository), RepositoryRecord.class)
        .filter(now -> now.createdAt().equals(createdAt))
        .isPresent();
  }

  private static byte[] packed(List<Row> rows) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
      for (Row row : rows) {
        out.writeInt(row.packed().length);
        out.write(row.packed());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Deletes pieces of snapshots that were replaced, and of gateways that died before they said so.
   *
   * @param before the one that was just replaced: somebody may read it
   */
  private void sweep(RepositoryName repository, String label, UUID inForce, Optional<UUID> before) {
    Instant old = clock.instant().minus(PIECES_STAY);
    String prefix = ObjectKeys.listingPieces(repository, label);
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, Look.PAGE);
      for (BlobStore.Entry entry : page.entries()) {
        after = entry.key();
        String id = after.substring(prefix.length()).split("/", 2)[0];
        boolean used =
            id.equals(inForce.toString())
                || before.filter(b -> id.equals(b.toString())).isPresent();
        if (!used && entry.lastModified().isBefore(old)) {
          store.delete(after);
        }
      }
    } while (page.more());
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
