package dev.countermark.gateway.oci;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.BlobRecord;
import dev.countermark.gateway.content.ByteRange;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.UploadTimes;
import dev.countermark.gateway.kit.Failed;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Uploads of blobs (reference: OCI, section 1.3). A session lives in its address; what it received
 * lies in the store before the client hears of it. A blob becomes visible with one write, and not
 * before its digest was checked: with its record, or, when all of it came in one part together with
 * its digest, as an object of its own.
 */
final class BlobUploads {
  private final BlobStore store;
  private final Blobs blobs;
  private final Records records;
  private final PartReceiver receiver;
  private final UploadState.Codec codec;
  private final Clock clock;
  private final Cache<String, Boolean> cancelled =
      Caffeine.newBuilder().maximumSize(10_000).expireAfterWrite(UploadTimes.LIFETIME).build();

  BlobUploads(
      BlobStore store, Blobs blobs, PartReceiver receiver, UploadState.Codec codec, Clock clock) {
    this.store = store;
    this.blobs = blobs;
    this.records = new Records(store);
    this.receiver = receiver;
    this.codec = codec;
    this.clock = clock;
  }

  /** An open upload and the address to go on with. */
  record Open(UploadState state, String location) {
    /** Value of the {@code Range} header; an empty upload says {@code 0-0} like everybody. */
    String range() {
      return "0-" + Math.max(0, state.offset() - 1);
    }
  }

  Open start(OciName name) {
    UploadState state =
        new UploadState(
            UUID.randomUUID().toString(),
            name.value(),
            0,
            List.of(),
            false,
            Optional.empty(),
            clock.millis());
    return open(state);
  }

  private Open open(UploadState state) {
    return new Open(
        state,
        "/v2/" + state.name() + "/blobs/uploads/" + state.id() + "?state=" + codec.write(state));
  }

  /** Receives a whole blob whose digest is known. */
  CompletionStage<Void> monolithic(OciName name, Digest digest, IncomingBody body) {
    return finish(name, start(name).state(), digest, new Body(body, Optional.empty()));
  }

  /**
   * Lets {@code name} hold a blob that another name holds already.
   *
   * @return false when the other one does not
   */
  boolean mount(OciName name, OciName from, Digest digest) {
    if (blobs.isDamaged(from, digest)) {
      return false;
    }
    String source = OciKeys.blob(from.value(), digest.toString());
    Optional<BlobRecord> blob = records.read(source, BlobRecord.class);
    boolean mounted =
        blob.isPresent() ? recorded(name, source, blob.get()) : copied(name, from, digest);
    if (mounted) {
      blobs.came(name, digest);
    }
    return mounted;
  }

  private boolean recorded(OciName name, String source, BlobRecord blob) {
    if (!blob.parts().isEmpty() && !announced(source, blob)) {
      return false;
    }
    records.create(OciKeys.blob(name.value(), blob.digest()), blob);
    return true;
  }

  /** An object of its own belongs to one name: whoever deletes it there need not ask others. */
  private boolean copied(OciName name, OciName from, Digest digest) {
    String source = OciKeys.blobBytes(from.value(), digest.toString());
    Optional<BlobStore.ObjectInfo> info = store.head(source);
    if (info.isEmpty()) {
      return false;
    }
    if (store.head(OciKeys.blobBytes(name.value(), digest.toString())).isPresent()) {
      return true;
    }
    return receiver.within(
        info.get().size(),
        () -> {
          Optional<byte[]> content = content(source, info.get().size());
          Optional<byte[]> right = content.filter(digest::matches);
          right.ifPresent(bytes -> put(name, digest, bytes, bytes.length));
          return right.isPresent();
        });
  }

  /** Of an object that memory was drawn for. */
  private Optional<byte[]> content(String key, long size) {
    try (InputStream in = store.open(key, 0, size).orElse(null)) {
      if (in == null) {
        return Optional.empty();
      }
      byte[] content = in.readNBytes((int) size);
      if (content.length != size) {
        throw new Failure.Transient(key + " was cut off while it was read", null);
      }
      return Optional.of(content);
    } catch (IOException e) {
      throw new Failure.Transient("the object store broke off while " + key + " was read", e);
    }
  }

  /**
   * Makes a blob visible that is one object.
   *
   * @param content its first {@code length} bytes are the blob
   */
  private void put(OciName name, Digest digest, byte[] content, int length) {
    String key = OciKeys.blobBytes(name.value(), digest.toString());
    if (digest.algorithm().equals("sha256")) {
      store.put(key, content, length, digest.encoded());
    } else {
      store.put(key, content, length);
    }
    // The manifest that comes next is to find it.
    blobs.replaced(key);
  }

  /**
   * The parts may be old, and the sweeper may have looked at {@code name} already and not yet at
   * the source, which somebody deletes meanwhile. So it is told before the record is written; it
   * tells in turn, by the source, whether it was told in time.
   *
   * @return false when the source is gone
   */
  private boolean announced(String source, BlobRecord blob) {
    records.create(OciKeys.uploadMount(UUID.randomUUID().toString()), blob);
    return store.head(source).isPresent();
  }

  /**
   * A request body.
   *
   * @param range of {@code Content-Range}, if given
   */
  record Body(IncomingBody content, Optional<ByteRange> range) {
    /** Announced, or -1. */
    long length() {
      return content.announced();
    }
  }

  /** PATCH: appends a chunk, or the whole blob when there is no {@code Content-Range}. */
  CompletionStage<Open> append(OciName name, String id, String address, Body body) {
    UploadState state = state(name, id, address);
    requireOrder(state, body);
    return receiver
        .receive(body.content(), "SHA-256", (c, l, d) -> false)
        .thenApply(
            received -> {
              requireLength(body, received.size(), received.parts());
              return open(withMore(state, received));
            });
  }

  private UploadState withMore(UploadState state, PartReceiver.Received received) {
    if (received.size() == 0) {
      return state;
    }
    List<Part> parts = new ArrayList<>(parts(state));
    parts.addAll(received.parts());
    long offset = state.offset() + received.size();
    boolean spill = parts.size() > UploadState.MOST_PARTS;
    if (spill) {
      byte[] json = Json.write(new PartList(parts));
      // Two requests that raced to the same offset hold different parts: the first one stays.
      if (store.create(OciKeys.uploadParts(state.id(), offset), json).isEmpty()
          && !storedParts(state.id(), offset).equals(parts)) {
        receiver.takeBack(received.parts());
        throw OciCode.BLOB_UPLOAD_INVALID.failed("another request appends to the same upload");
      }
    }
    return new UploadState(
        state.id(),
        state.name(),
        offset,
        spill ? List.of() : parts,
        spill,
        state.offset() == 0 ? Optional.of(received.digest()) : Optional.empty(),
        state.startedAt());
  }

  record PartList(List<Part> parts) {}

  private List<Part> parts(UploadState state) {
    return state.spilled() ? storedParts(state.id(), state.offset()) : state.parts();
  }

  private List<Part> storedParts(String id, long offset) {
    return records
        .read(OciKeys.uploadParts(id, offset), PartList.class)
        .orElseThrow(() -> OciCode.BLOB_UPLOAD_UNKNOWN.failed("the upload is over"))
        .parts();
  }

  /** PUT: the last chunk, if any, and the digest that the whole must have. */
  CompletionStage<Void> complete(
      OciName name, String id, String address, Digest digest, Body body) {
    UploadState state = state(name, id, address);
    requireOrder(state, body);
    return finish(name, state, digest, body);
  }

  private CompletionStage<Void> finish(OciName name, UploadState state, Digest digest, Body body) {
    boolean[] stored = new boolean[1];
    return receiver
        .receive(
            body.content(),
            digest.javaAlgorithm(),
            (content, length, hash) -> {
              if (state.offset() > 0) {
                return false;
              }
              // Before anything is stored.
              if (!hash.equals(digest.encoded())) {
                throw mismatch(digest);
              }
              requireLength(body, length, List.of());
              requireInTime(state, List.of());
              put(name, digest, content, length);
              stored[0] = true;
              return true;
            })
        .thenAccept(
            received -> {
              if (!stored[0]) {
                requireLength(body, received.size(), received.parts());
                complete(state, digest, received);
              }
              blobs.came(name, digest);
            });
  }

  /** Writes the record of what came in several parts or requests. */
  private void complete(UploadState state, Digest digest, PartReceiver.Received received) {
    List<Part> parts = new ArrayList<>(parts(state));
    parts.addAll(received.parts());
    if (!actual(state, received, parts, digest).equals(digest.encoded())) {
      // Parts of earlier requests may be in use by now, if this session was completed before under
      // its true digest: only the sweeper can tell.
      receiver.takeBack(received.parts());
      throw mismatch(digest);
    }
    long size = state.offset() + received.size();
    Optional<Bytes> empty = size == 0 ? Optional.of(Bytes.of(new byte[0])) : Optional.empty();
    requireInTime(state, received.parts());
    if (!create(state, new BlobRecord(digest.toString(), size, parts, empty))) {
      receiver.takeBack(received.parts());
    }
    if (state.spilled()) {
      store.delete(OciKeys.uploadParts(state.id(), state.offset()));
    }
  }

  /**
   * Makes the blob visible.
   *
   * @return false when the name holds it already, in other parts
   */
  private boolean create(UploadState state, BlobRecord blob) {
    String key = OciKeys.blob(state.name(), blob.digest());
    // Refused is also what was written but, for a lost answer, sent twice by the store's client.
    return records.create(key, blob)
        || records.read(key, BlobRecord.class).filter(blob::equals).isPresent()
        || repaired(state, key, blob);
  }

  /** What is damaged is replaced by what was brought again. */
  private boolean repaired(UploadState state, String key, BlobRecord blob) {
    if (!blobs.isDamaged(new OciName(state.name()), Digest.of(blob.digest()))) {
      return false;
    }
    records.update(key, BlobRecord.class, old -> Optional.of(blob));
    blobs.replaced(key);
    return true;
  }

  /** The sweeper counts on parts being young when their record is written. */
  private void requireInTime(UploadState state, List<Part> received) {
    if (clock.millis() - state.startedAt() > UploadTimes.LONGEST.toMillis()) {
      receiver.takeBack(received);
      throw unknown();
    }
  }

  /** The digest of all bytes, hexadecimal; read again only when no one request brought them all. */
  private String actual(
      UploadState state, PartReceiver.Received received, List<Part> parts, Digest wanted) {
    if (state.offset() == 0) {
      return received.digest();
    }
    if (received.size() == 0 && "sha256".equals(wanted.algorithm()) && state.whole().isPresent()) {
      return state.whole().get();
    }
    return hash(parts, wanted);
  }

  private static Failed mismatch(Digest digest) {
    return OciCode.DIGEST_INVALID.failed("the bytes received do not have the digest " + digest);
  }

  private String hash(List<Part> parts, Digest wanted) {
    MessageDigest md = PartReceiver.digest(wanted.javaAlgorithm());
    byte[] buffer = new byte[64 * 1024];
    long size = parts.stream().mapToLong(Part::size).sum();
    try (InputStream in = new PartsInputStream(store, parts, 0, size)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        md.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new Failure.Transient("the object store broke off while a blob was read", e);
    }
    return PartReceiver.hex(md.digest());
  }

  /** GET: where the upload stands. */
  Open status(OciName name, String id, String address) {
    UploadState state = state(name, id, address);
    requireNotCancelled(id);
    return open(state);
  }

  /** DELETE: ends the upload; the sweeper collects what it received. */
  void cancel(OciName name, String id, String address) {
    state(name, id, address);
    requireNotCancelled(id);
    store.create(OciKeys.uploadCancelled(id), new byte[] {'1'});
    cancelled.put(id, true);
  }

  private void requireNotCancelled(String id) {
    if (store.head(OciKeys.uploadCancelled(id)).isPresent()) {
      throw unknown();
    }
  }

  private UploadState state(OciName name, String id, String address) {
    UploadState state =
        codec
            .read(address)
            .filter(s -> s.id().equals(id) && s.name().equals(name.value()))
            .orElseThrow(BlobUploads::unknown);
    if (clock.millis() - state.startedAt() > UploadTimes.LIFETIME.toMillis()
        || cancelled.getIfPresent(id) != null) {
      throw unknown();
    }
    return state;
  }

  private static Failed unknown() {
    return OciCode.BLOB_UPLOAD_UNKNOWN.failed(
        "there is no such upload, or it expired or was cancelled");
  }

  private void requireOrder(UploadState state, Body body) {
    if (body.range().isEmpty()) {
      return;
    }
    ByteRange range = body.range().get();
    boolean lengthFits = body.length() < 0 || body.length() == range.length();
    if (range.first() != state.offset() || !lengthFits) {
      Open unchanged = open(state);
      throw OciCode.BLOB_UPLOAD_INVALID
          .failed(
              416,
              "the chunk must begin at " + state.offset() + " and be as long as its Content-Range")
          .with("Location", unchanged.location())
          .with("Range", unchanged.range())
          .with("Docker-Upload-UUID", state.id());
    }
  }

  /**
   * @param parts of this request, taken back when it is wrong
   */
  private void requireLength(Body body, long received, List<Part> parts) {
    boolean fits =
        (body.length() < 0 || body.length() == received)
            && body.range().map(r -> r.length() == received).orElse(true);
    if (!fits) {
      receiver.takeBack(parts);
      throw OciCode.SIZE_INVALID.failed("fewer or more bytes came than the request announced");
    }
  }
}
