package dev.countermark.gateway.swift;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Base64;

/**
 * Decodes what is written to it, as it comes; white space between the characters does not matter.
 */
final class Base64Sink extends OutputStream {
  private static final int BLOCK = 4 * 1024;

  private final OutputStream to;
  private final byte[] block = new byte[BLOCK];
  private int length;
  private boolean ended;

  Base64Sink(OutputStream to) {
    this.to = to;
  }

  /** The text is no Base64. */
  static final class NotBase64Exception extends IOException {}

  @Override
  public void write(int b) throws IOException {
    int character = b & 0xff;
    if (character == ' ' || character == '\t' || character == '\r' || character == '\n') {
      return;
    }
    if (ended) {
      throw new NotBase64Exception();
    }
    block[length++] = (byte) character;
    if (length == BLOCK) {
      decode();
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    for (int i = offset; i < offset + count; i++) {
      write(bytes[i]);
    }
  }

  private void decode() throws IOException {
    byte[] text = new byte[length];
    System.arraycopy(block, 0, text, 0, length);
    // Padding is at the end of the whole text only.
    ended = length > 0 && text[length - 1] == '=';
    length = 0;
    try {
      to.write(Base64.getDecoder().decode(text));
    } catch (IllegalArgumentException e) {
      throw new NotBase64Exception();
    }
  }

  /** Decodes the rest; what it writes to stays open. */
  @Override
  public void close() throws IOException {
    decode();
  }
}
