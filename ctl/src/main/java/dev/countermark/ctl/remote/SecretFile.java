package dev.countermark.ctl.remote;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** A file that nobody else reads, not even for a moment. */
final class SecretFile {
  private final Path file;

  private SecretFile(Path file) {
    this.file = file;
  }

  /**
   * Makes it, empty.
   *
   * @throws RemoteException when it cannot be made, or is there
   */
  static SecretFile make(Path file) {
    try {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      return new SecretFile(file);
    } catch (FileAlreadyExistsException e) {
      throw RemoteException.usage(file + " is there already: choose another one");
    } catch (UnsupportedOperationException e) {
      throw RemoteException.usage(
          "where " + file + " would be, files have no owner: leave --output out");
    } catch (IOException e) {
      throw RemoteException.usage(file + " cannot be made: " + e.getMessage());
    }
  }

  void write(String secret) {
    try {
      Files.writeString(file, secret + System.lineSeparator());
    } catch (IOException e) {
      throw RemoteException.usage(
          file + " cannot be written, and the token is lost: revoke it, and make another one");
    }
  }

  /** Nothing is to be kept. */
  void remove() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // It is empty, and in nobody's way.
    }
  }
}
