package dev.countermark.ctl;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that the caller named cannot be read; the message is for the caller. */
public final class UnreadableException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;

  public UnreadableException(Path file, String reason) {
    this(file, reason, null);
  }

  public UnreadableException(Path file, IOException cause) {
    this(file, why(cause), cause);
  }

  private UnreadableException(Path file, String reason, IOException cause) {
    super(Printable.of(file.toString()) + ": " + reason, cause);
    this.reason = reason;
  }

  /** The message without the file's name. */
  String reason() {
    return reason;
  }

  private static String why(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "no such file";
    }
    if (cause instanceof AccessDeniedException) {
      return "permission denied";
    }
    return Printable.of(String.valueOf(cause.getMessage()));
  }
}
