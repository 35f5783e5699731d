package dev.countermark.format.nuget.symbols;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What tells a portable PDB from others.
 *
 * @param guid of its id: 32 lower-case hexadecimal digits, as symbol servers are asked for it
 * @param checksum SHA-256 of the file with zeros in place of its id, as the PDB checksum entry of
 *     its assembly has it; lower-case hexadecimal
 * @see "ECMA-335, II.24.2; Portable PDB specification, #Pdb stream; PE/COFF specification, PDB
 *     checksum debug directory entry"
 */
public record PortablePdb(String guid, String checksum) {
  /** Bytes of an id: a GUID and a stamp. */
  private static final int ID = 20;

  private static final int GUID = 16;

  /** Where a GUID's bytes are in its text: the first three of its parts are little-endian. */
  private static final int[] ORDER = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

  /**
   * Reads a file from its beginning to its end. Keeps its head only, which says where its id is:
   * the id comes behind it, so that one pass is enough.
   */
  public static final class Scan {
    /** Six streams and a version need 300 bytes. */
    private static final int MAX_HEAD = 4_096;

    private static final int MAX_STREAMS = 64;
    private static final int MAX_VERSION = 255;
    private static final int MAX_STREAM_NAME = 32;
    private static final byte[] MAGIC = {'B', 'S', 'J', 'B'};

    private final long size;
    private final byte[] head;
    private final byte[] id = new byte[ID];
    private final MessageDigest checksum;
    private int headLength;
    private long idAt;
    private long at;
    private boolean otherKind;
    private String flaw = "";

    /**
     * @param size of the file, bytes
     */
    public Scan(long size) {
      this.size = size;
      this.head = new byte[(int) Math.max(0, Math.min(size, MAX_HEAD))];
      try {
        this.checksum = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }

    /** Takes the next bytes of the file. */
    public void update(byte[] bytes, int from, int length) {
      int offset = from;
      int left = length;
      if (headLength < head.length) {
        int taken = Math.min(left, head.length - headLength);
        System.arraycopy(bytes, offset, head, headLength, taken);
        headLength += taken;
        offset += taken;
        left -= taken;
        if (headLength < head.length) {
          return;
        }
        readHead();
        scan(head, 0, head.length);
      }
      scan(bytes, offset, left);
    }

    /**
     * @throws MalformedPdbException when the file is no portable PDB
     */
    public PortablePdb finish() throws MalformedPdbException {
      if (flaw.isEmpty() && (at != size || size == 0)) {
        flaw = size == 0 ? "the file is empty" : "the file is cut off";
      }
      if (!flaw.isEmpty()) {
        throw new MalformedPdbException(otherKind, flaw);
      }
      return new PortablePdb(guid(id), HexFormat.of().formatHex(checksum.digest()));
    }

    private void readHead() {
      try {
        idAt = new Head(head, size).pdbStream();
      } catch (MalformedPdbException e) {
        flaw = e.getMessage();
        otherKind = e.isOfOtherKind();
      }
    }

    /** The id is kept, and zeros are hashed in its place. */
    private void scan(byte[] bytes, int from, int length) {
      if (!flaw.isEmpty()) {
        return;
      }
      int first = (int) Math.max(0, Math.min(length, idAt - at));
      int behind = (int) Math.max(0, Math.min(length, idAt + ID - at));
      checksum.update(bytes, from, first);
      if (behind > first) {
        System.arraycopy(bytes, from + first, id, (int) (at + first - idAt), behind - first);
        checksum.update(new byte[behind - first]);
      }
      checksum.update(bytes, from + behind, length - behind);
      at += length;
    }

    /** The metadata root, with which the file begins. */
    private static final class Head {
      private final byte[] bytes;
      private final long size;
      private int at;

      Head(byte[] bytes, long size) {
        this.bytes = bytes;
        this.size = size;
      }

      /** Where the stream begins that begins with the id. */
      long pdbStream() throws MalformedPdbException {
        if (bytes.length < MAGIC.length || !Arrays.equals(bytes, 0, 4, MAGIC, 0, 4)) {
          throw new MalformedPdbException(true, "it is of another kind");
        }
        at = 12;
        long version = number(4);
        require(version <= MAX_VERSION + 1, "its version is too long");
        skip((int) version);
        skip(2);
        int streams = (int) number(2);
        require(streams <= MAX_STREAMS, "it has more than " + MAX_STREAMS + " streams");
        long found = -1;
        for (int i = 0; i < streams; i++) {
          long offset = number(4);
          long length = number(4);
          boolean within = offset <= size && length <= size - offset;
          require(within, "one of its streams lies outside of it");
          if (name().equals("#Pdb")) {
            require(found < 0, "it has two #Pdb streams");
            require(length >= ID, "its #Pdb stream is too short");
            found = offset;
          }
        }
        require(found >= 0, "it has no #Pdb stream");
        require(found >= at, "its #Pdb stream lies in its head");
        return found;
      }

      /** Ends with a zero, and takes a multiple of four bytes. */
      private String name() throws MalformedPdbException {
        int end = at;
        while (end < bytes.length && end - at < MAX_STREAM_NAME && bytes[end] != 0) {
          end++;
        }
        require(end < bytes.length && bytes[end] == 0, "the name of a stream does not end");
        String name = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
        skip((end - at) / 4 * 4 + 4);
        return name;
      }

      private long number(int length) throws MalformedPdbException {
        int from = at;
        skip(length);
        long number = 0;
        for (int i = length - 1; i >= 0; i--) {
          number = number << 8 | bytes[from + i] & 0xFF;
        }
        return number;
      }

      private void skip(int length) throws MalformedPdbException {
        require(at + length <= bytes.length, "its head is cut off or too long");
        at += length;
      }

      private static void require(boolean met, String otherwise) throws MalformedPdbException {
        if (!met) {
          throw new MalformedPdbException(false, otherwise);
        }
      }
    }
  }

  private static String guid(byte[] id) {
    byte[] ordered = new byte[GUID];
    for (int i = 0; i < GUID; i++) {
      ordered[i] = id[ORDER[i]];
    }
    return HexFormat.of().formatHex(ordered);
  }
}
