package dev.countermark.gateway.inventory;

import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import dev.countermark.gateway.kit.Inventory.Links;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is remembered of one object: a package, a tag, or something that nobody is told of. Packed,
 * because there are many: about 200 bytes each, in memory as in the store.
 */
public final class Row {
  /** Grows whenever rows are packed otherwise. */
  static final int FORM = 2;

  private static final int FLAGS = 1;
  private static final int SIZE = 2;
  private static final int ACCEPTED = 10;
  private static final int SIGNED = 18;
  private static final int MODIFIED = 26;
  private static final int STORED = 34;
  private static final int TEXTS = 38;
  private static final int LENGTH = 4;

  /** An index of a thousand images takes 140 KB. */
  static final int LARGEST = 1 << 20;

  private static final int IN_FORCE = 1;
  private static final int TAG = 2;
  private static final int HEX = 4;

  private static final byte[] NOTHING = new byte[0];

  private static final Pattern DIGEST = Pattern.compile("[a-z0-9]{1,16}:([0-9a-f]{2}){1,64}");

  /** An object, an array and a reference to it. */
  private static final int OVERHEAD = 40;

  private final byte[] packed;

  private Row(byte[] packed) {
    this.packed = packed;
  }

  /**
   * Takes what {@link #packed} gave.
   *
   * @throws IllegalArgumentException when it is anything else
   */
  static Row of(byte[] packed) {
    Row row = new Row(packed);
    if (packed.length < TEXTS || packed[0] < 0 || packed[0] >= State.values().length) {
      throw new IllegalArgumentException("not a row");
    }
    int at = TEXTS;
    for (int i = 0; i < 4; i++) {
      at = row.behindText(at);
    }
    if (at != packed.length) {
      throw new IllegalArgumentException("not a row");
    }
    return row;
  }

  /**
   * Where and as what an object lies in the store.
   *
   * @param key below the format's prefix of the repository
   * @param modified milliseconds since 1970 by the store's clock; 0 when nobody said
   * @param stored its bytes
   */
  record Place(String key, long modified, int stored) {}

  /**
   * @param size of the package, bytes
   */
  static Row of(Place place, PackageRecord<?> record, long size, Links links) {
    boolean hex = DIGEST.matcher(record.digest()).matches();
    int flags = (record.inForce().isPresent() ? IN_FORCE : 0) | (hex ? HEX : 0);
    byte[] head = head(place, record.state(), flags);
    ByteBuffer.wrap(head)
        .putLong(SIZE, size)
        .putLong(ACCEPTED, record.acceptedAt().toEpochMilli())
        .putLong(SIGNED, record.inForce().map(by -> by.signedAt().toEpochMilli()).orElse(0L));
    byte[] digest = hex ? packedDigest(record.digest()) : utf8(record.digest());
    return new Row(
        joined(
            head,
            utf8(place.key()),
            utf8(record.packageName()),
            digest,
            utf8(String.join(" ", links.needs()) + links.owner().map(o -> "|" + o).orElse(""))));
  }

  /**
   * @param packageKey of the package that it points to, below the format's prefix
   */
  static Row ofTag(Place place, String name, String packageKey) {
    return new Row(
        joined(
            head(place, State.DELETED, TAG),
            utf8(place.key()),
            utf8(name),
            utf8(packageKey),
            NOTHING));
  }

  /** Of what nobody is told of, so that it is not read again. */
  static Row ofNothing(Place place) {
    return new Row(
        joined(head(place, State.DELETED, 0), utf8(place.key()), NOTHING, NOTHING, NOTHING));
  }

  private static byte[] head(Place place, State state, int flags) {
    return ByteBuffer.allocate(TEXTS)
        .put((byte) state.ordinal())
        .put((byte) flags)
        .putLong(MODIFIED, place.modified())
        .putInt(STORED, place.stored())
        .array();
  }

  private static byte[] joined(byte[] head, byte[]... texts) {
    int length = head.length + Arrays.stream(texts).mapToInt(t -> LENGTH + t.length).sum();
    ByteBuffer all = ByteBuffer.allocate(length).put(head);
    for (byte[] text : texts) {
      all.putInt(text.length).put(text);
    }
    return all.array();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] packedDigest(String digest) {
    int colon = digest.indexOf(':');
    byte[] hash = HexFormat.of().parseHex(digest, colon + 1, digest.length());
    return ByteBuffer.allocate(1 + colon + hash.length)
        .put((byte) colon)
        .put(utf8(digest.substring(0, colon)))
        .put(hash)
        .array();
  }

  private int lengthAt(int at) {
    return ByteBuffer.wrap(packed).getInt(at);
  }

  /** -1 when it ends beyond the row. */
  private int behindText(int at) {
    if (at < 0 || at + LENGTH > packed.length) {
      return -1;
    }
    int length = lengthAt(at);
    return length < 0 || length > packed.length - at - LENGTH ? -1 : at + LENGTH + length;
  }

  /** Where a text begins, which its length precedes: key, name, digest, links. */
  private int textAt(int number) {
    int at = TEXTS + LENGTH;
    for (int i = 0; i < number; i++) {
      at += lengthAt(at - LENGTH) + LENGTH;
    }
    return at;
  }

  private String text(int number) {
    int at = textAt(number);
    return new String(packed, at, lengthAt(at - LENGTH), StandardCharsets.UTF_8);
  }

  private boolean is(int flag) {
    return (packed[FLAGS] & flag) != 0;
  }

  private Instant time(int at) {
    return Instant.ofEpochMilli(ByteBuffer.wrap(packed).getLong(at));
  }

  byte[] packed() {
    return packed;
  }

  int weight() {
    return OVERHEAD + packed.length;
  }

  /** Whether it is about an object as it is listed. */
  boolean isOf(long modified, long stored) {
    ByteBuffer all = ByteBuffer.wrap(packed);
    return all.getLong(MODIFIED) == modified && all.getInt(STORED) == stored;
  }

  /** In the store's order of keys. */
  int compareKey(byte[] key) {
    int at = textAt(0);
    return Arrays.compareUnsigned(packed, at, at + lengthAt(at - LENGTH), key, 0, key.length);
  }

  /** In the store's order of keys. */
  int compareKey(Row other) {
    int at = textAt(0);
    return Arrays.compareUnsigned(
        packed, at, at + lengthAt(at - LENGTH), other.packed, at, at + other.lengthAt(at - LENGTH));
  }

  boolean nameBeginsWith(byte[] prefix) {
    int at = textAt(1);
    return lengthAt(at - LENGTH) >= prefix.length
        && Arrays.equals(packed, at, at + prefix.length, prefix, 0, prefix.length);
  }

  /** Below the format's prefix of the repository. */
  public String key() {
    return text(0);
  }

  boolean isTag() {
    return is(TAG);
  }

  /** Whether people are told of it: it is a package that is there. */
  boolean isPackage() {
    return state() != State.DELETED;
  }

  /** Of a tag: the key of the package that it points to, below the format's prefix. */
  String packageKey() {
    return text(2);
  }

  /** As in events; of a tag its own. */
  public String name() {
    return text(1);
  }

  /** {@code algorithm:hex}. */
  public String digest() {
    if (!is(HEX)) {
      return text(2);
    }
    int at = textAt(2);
    int algorithm = packed[at];
    return new String(packed, at + 1, algorithm, StandardCharsets.UTF_8)
        + ":"
        + HexFormat.of().formatHex(packed, at + 1 + algorithm, at + lengthAt(at - LENGTH));
  }

  /** What it has to do with others of its name. */
  public Links links() {
    String text = text(3);
    int owner = text.indexOf('|');
    String needs = owner < 0 ? text : text.substring(0, owner);
    return text.isEmpty()
        ? Links.NONE
        : new Links(
            needs.isEmpty() ? List.of() : List.of(needs.split(" ")),
            owner < 0 ? Optional.empty() : Optional.of(text.substring(owner + 1)));
  }

  public State state() {
    return State.values()[packed[0]];
  }

  /** Whether a signature is in force. */
  public boolean isSigned() {
    return is(IN_FORCE);
  }

  /** Bytes of the package. */
  public long size() {
    return ByteBuffer.wrap(packed).getLong(SIZE);
  }

  public Instant acceptedAt() {
    return time(ACCEPTED);
  }

  /** Empty until it is signed. */
  public Optional<Instant> signedAt() {
    return isSigned() ? Optional.of(time(SIGNED)) : Optional.empty();
  }
}
