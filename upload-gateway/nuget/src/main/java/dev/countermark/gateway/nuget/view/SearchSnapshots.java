package dev.countermark.gateway.nuget.view;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.StoredObject;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetKeys;
import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
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
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * Search indexes as they were a while ago, kept in the store: the files of an index one after the
 * other, cut into pieces, and a record that names them, changed by compare-and-set. A snapshot
 * saves reading all records, nothing else: one that is missing, old, damaged or of a repository
 * that is gone is as good as none.
 */
final class SearchSnapshots {
  private static final Logger LOG = Logger.getLogger(SearchSnapshots.class);
  private static final int PAGE = 1_000;
  private static final int PIECE = 4 << 20;
  private static final int BUFFER = 1 << 16;
  private static final long LARGEST = 1L << 30;

  /** Somebody may have written them and not yet said so. */
  private static final Duration PIECES_STAY = Duration.ofMinutes(15);

  private static final Pattern FILE = Pattern.compile("(segments)?_[0-9A-Za-z_.]{1,100}");

  /**
   * @param form of the documents
   * @param engine version of Lucene
   * @param createdAt when the repository was made: one that was made again is another
   * @param id of the pieces
   * @param lookedAt all records that were written before are in it
   * @param savedAt when it was made
   */
  record Snapshot(
      int form,
      String engine,
      Instant createdAt,
      UUID id,
      Instant lookedAt,
      Instant savedAt,
      List<IndexFile> files) {
    Snapshot {
      Objects.requireNonNull(createdAt);
      Objects.requireNonNull(id);
      Objects.requireNonNull(lookedAt);
      Objects.requireNonNull(savedAt);
      files = List.copyOf(files);
    }

    boolean isUsable(Instant createdAt) {
      return form == SearchIndex.FORM
          && SearchIndex.ENGINE.equals(engine)
          && this.createdAt.equals(createdAt)
          && size() <= LARGEST
          && files.stream().allMatch(f -> f.size() >= 0 && FILE.matcher(f.name()).matches());
    }

    long size() {
      return files.stream().mapToLong(IndexFile::size).sum();
    }
  }

  /**
   * @param sha256 lower-case hexadecimal
   */
  record IndexFile(String name, long size, String sha256) {}

  private final BlobStore store;
  private final Records records;
  private final Clock clock;

  SearchSnapshots(BlobStore store, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.clock = clock;
  }

  /**
   * The snapshot in force, if it is of any use.
   *
   * @param createdAt when the repository was made
   */
  Optional<Snapshot> find(RepositoryName repository, Instant createdAt) {
    try {
      return records
          .read(NugetKeys.searchSnapshot(repository), Snapshot.class)
          .filter(snapshot -> snapshot.isUsable(createdAt));
    } catch (Json.MalformedJsonException e) {
      LOG.warnf("the record of the search snapshot of %s: %s", repository, e.getMessage());
      return Optional.empty();
    }
  }

  /** The index of a snapshot; empty, whatever the reason is, when it cannot be had. */
  Optional<SearchIndex> load(RepositoryName repository, Snapshot snapshot) {
    Path folder = SearchIndex.folder();
    try {
      read(repository, snapshot, folder);
      return Optional.of(new SearchIndex(repository.owner(), folder));
    } catch (IOException | RuntimeException e) {
      LOG.warnf("the search index of %s is made anew: %s", repository, e.getMessage());
      remove(folder);
      return Optional.empty();
    }
  }

  private static void remove(Path folder) {
    try {
      SearchIndex.remove(folder);
    } catch (IOException e) {
      LOG.warnf("a folder is left: %s", e.getMessage());
    }
  }

  private void read(RepositoryName repository, Snapshot snapshot, Path folder) throws IOException {
    try (InputStream pieces = new Pieces(repository, snapshot)) {
      for (IndexFile file : snapshot.files()) {
        MessageDigest digest = sha256();
        try (OutputStream out =
            new DigestOutputStream(Files.newOutputStream(folder.resolve(file.name())), digest)) {
          copy(pieces, out, file.size());
        }
        if (!hex(digest).equals(file.sha256())) {
          throw new IOException("the file " + file.name() + " of its snapshot is damaged");
        }
      }
    }
  }

  private static void copy(InputStream in, OutputStream out, long length) throws IOException {
    byte[] buffer = new byte[BUFFER];
    long left = length;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        throw new EOFException("its snapshot is too short");
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }

  /** The pieces of a snapshot one after the other, each opened when it is its turn. */
  private final class Pieces extends InputStream {
    private final RepositoryName repository;
    private final Snapshot snapshot;
    private InputStream current = InputStream.nullInputStream();
    private int next;
    private long left;

    Pieces(RepositoryName repository, Snapshot snapshot) {
      this.repository = repository;
      this.snapshot = snapshot;
      this.left = snapshot.size();
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      int n = current.read(b, off, len);
      while (n < 0 && left > 0) {
        current.close();
        String key = NugetKeys.searchPiece(repository, snapshot.id(), next++);
        long length = Math.min(PIECE, left);
        current =
            store
                .open(key, 0, length)
                .orElseThrow(() -> new FileNotFoundException("there is no " + key));
        left -= length;
        n = current.read(b, off, len);
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      current.close();
    }
  }

  /**
   * Keeps an index as it is now, in place of the snapshot in force.
   *
   * @param createdAt when the repository was made whose packages it holds
   * @param lookedAt all records that were written before are in it
   * @return false when another gateway kept its own meanwhile, when the repository is gone, or when
   *     the index is too large
   */
  boolean save(RepositoryName repository, Instant createdAt, SearchIndex index, Instant lookedAt)
      throws IOException {
    String key = NugetKeys.searchSnapshot(repository);
    Optional<StoredObject> before = store.get(key);
    Instant savedAt = clock.instant();
    UUID id = UUID.randomUUID();
    List<IndexFile> files = new ArrayList<>();
    index.files(paths -> write(repository, id, paths, files));
    Snapshot snapshot =
        new Snapshot(SearchIndex.FORM, SearchIndex.ENGINE, createdAt, id, lookedAt, savedAt, files);
    if (files.isEmpty() || !isThere(repository, createdAt)) {
      return false;
    }
    byte[] json = Json.write(snapshot);
    boolean saved =
        before.isEmpty()
            ? store.create(key, json).isPresent()
            : store.replace(key, json, before.get().version()).isPresent();
    if (saved) {
      sweep(repository, id, before.flatMap(SearchSnapshots::idOf));
    }
    return saved;
  }

  private static Optional<UUID> idOf(StoredObject snapshot) {
    try {
      return Optional.of(Json.read(snapshot.content(), Snapshot.class).id());
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

  private void write(RepositoryName repository, UUID id, List<Path> paths, List<IndexFile> files)
      throws IOException {
    long size = 0;
    for (Path path : paths) {
      size += Files.size(path);
    }
    if (size > LARGEST) {
      LOG.infof("the search index of %s is too large for a snapshot: %d bytes", repository, size);
      return;
    }
    try (PieceWriter pieces = new PieceWriter(repository, id)) {
      for (Path path : paths) {
        MessageDigest digest = sha256();
        long length = Files.copy(path, new DigestOutputStream(pieces, digest));
        files.add(new IndexFile(path.getFileName().toString(), length, hex(digest)));
      }
    }
  }

  /** Writes a piece whenever it has one. */
  private final class PieceWriter extends OutputStream {
    private final RepositoryName repository;
    private final UUID id;
    private final byte[] piece = new byte[PIECE];
    private int filled;
    private int next;

    PieceWriter(RepositoryName repository, UUID id) {
      this.repository = repository;
      this.id = id;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] b, int off, int len) {
      int done = 0;
      while (done < len) {
        int n = Math.min(len - done, piece.length - filled);
        System.arraycopy(b, off + done, piece, filled, n);
        filled += n;
        done += n;
        if (filled == piece.length) {
          put();
        }
      }
    }

    private void put() {
      store.put(NugetKeys.searchPiece(repository, id, next++), piece, filled);
      filled = 0;
    }

    @Override
    public void close() {
      if (filled > 0) {
        put();
      }
    }
  }

  /**
   * Deletes pieces of snapshots that were replaced, and of gateways that died before they said so.
   *
   * @param before the one that was just replaced: somebody may read it
   */
  private void sweep(RepositoryName repository, UUID inForce, Optional<UUID> before) {
    Instant old = clock.instant().minus(PIECES_STAY);
    String prefix = NugetKeys.searchPieces(repository);
    String after = "";
    BlobStore.Page page;
    do {
      page = store.list(prefix, after, PAGE);
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
