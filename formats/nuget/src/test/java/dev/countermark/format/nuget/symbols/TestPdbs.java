package dev.countermark.format.nuget.symbols;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/** Portable PDB files, as far as symbol servers look at them. */
public final class TestPdbs {
  /** Where the id is in a file that compilers write. */
  static final int ID_AT = 112;

  private TestPdbs() {}

  /**
   * A file with the streams that compilers write.
   *
   * @param content of its last stream
   */
  public static byte[] portable(UUID guid, byte[] content) {
    String[] names = {"#Pdb", "#~", "#Strings", "#GUID", "#Blob"};
    int[] lengths = {32, 4, 4, 16, content.length};
    int end = ID_AT;
    for (int length : lengths) {
      end += length;
    }
    ByteBuffer pdb = ByteBuffer.allocate(end).order(ByteOrder.LITTLE_ENDIAN);
    pdb.put(ascii("BSJB")).putShort((short) 1).putShort((short) 1).putInt(0).putInt(12);
    pdb.put(ascii("PDB v1.0\0\0\0\0")).putShort((short) 0).putShort((short) names.length);
    int at = ID_AT;
    for (int i = 0; i < names.length; i++) {
      pdb.putInt(at).putInt(lengths[i]).put(ascii(names[i]));
      pdb.put(new byte[4 - names[i].length() % 4]);
      at += lengths[i];
    }
    pdb.position(ID_AT);
    long high = guid.getMostSignificantBits();
    pdb.putInt((int) (high >> 32)).putShort((short) (high >> 16)).putShort((short) high);
    pdb.order(ByteOrder.BIG_ENDIAN).putLong(guid.getLeastSignificantBits());
    pdb.putInt(0x12345678);
    pdb.position(end - content.length);
    pdb.put(content);
    return pdb.array();
  }

  /** As symbol servers are asked for it. */
  public static String guid(UUID guid) {
    return guid.toString().replace("-", "");
  }

  /** As the assembly has it. */
  public static String checksum(byte[] pdb) {
    byte[] without = pdb.clone();
    java.util.Arrays.fill(without, ID_AT, ID_AT + 20, (byte) 0);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(without));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
