package dev.countermark.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory that holds everything: the broker's log, the store's objects, secrets,
 * configuration and logs. Directories have mode 0700, files with secrets 0600.
 */
final class DataDirectory {
  /** Less than the store keeps free: whoever deletes packages to make room starts it for that. */
  private static final long LEAST_FREE_BYTES = 64L * 1024 * 1024;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final Path root;

  private DataDirectory(Path root) {
    this.root = root;
  }

  /**
   * Creates the directory if needed.
   *
   * @throws UserError when it cannot be written, or the disk is nearly full
   */
  static DataDirectory open(Path path) {
    DataDirectory data = at(path);
    try {
      data.directory(".");
      long free = Files.getFileStore(data.root).getUsableSpace();
      if (free < LEAST_FREE_BYTES) {
        throw new UserError(
            data.root
                + " has only "
                + free / (1024 * 1024)
                + " MiB free, 64 MiB are needed: make room or choose another place with --data");
      }
    } catch (FileAlreadyExistsException e) {
      throw new UserError(data.root + " is not a directory: choose another place with --data");
    } catch (IOException e) {
      throw new UserError("cannot write to " + data.root + ": choose another place with --data");
    }
    return data;
  }

  /** Names a directory without touching it. */
  static DataDirectory at(Path path) {
    return new DataDirectory(path.toAbsolutePath().normalize());
  }

  Path root() {
    return root;
  }

  Path directory(String name) throws IOException {
    Path path = root.resolve(name).normalize();
    if (Files.isDirectory(path)) {
      return path;
    }
    try {
      return Files.createDirectories(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (UnsupportedOperationException e) {
      return Files.createDirectories(path); // a file system without POSIX permissions
    }
  }

  /** The secret of that name, made on first use: 32 random bytes in hexadecimal. */
  Path secret(String name) throws IOException {
    Path file = directory("secrets").resolve(name);
    if (!Files.exists(file)) {
      byte[] secret = new byte[32];
      RANDOM.nextBytes(secret);
      writePrivate(file, HexFormat.of().formatHex(secret));
    }
    return file;
  }

  /**
   * The same of a secret that something opens with: it is not made anew beside that.
   *
   * @param protectedByIt a directory below this one
   * @throws UserError when the secret is gone and the directory holds anything
   */
  Path secret(String name, String protectedByIt) throws IOException {
    Path file = root.resolve("secrets").resolve(name);
    Path held = root.resolve(protectedByIt);
    if (!Files.exists(file) && Files.isDirectory(held)) {
      try (Stream<Path> entries = Files.list(held)) {
        if (entries.findAny().isPresent()) {
          throw new UserError(
              file + " is gone, and nothing else opens " + held + ": restore it from your backup");
        }
      }
    }
    return secret(name);
  }

  static String read(Path secret) throws IOException {
    return Files.readString(secret).strip();
  }

  /** Writes a file that only its owner can read, whole or not at all. */
  static void writePrivate(Path file, String text) throws IOException {
    Path temporary = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(temporary);
    try {
      Files.createFile(
          temporary,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    } catch (UnsupportedOperationException e) {
      Files.createFile(temporary);
    }
    Files.writeString(temporary, text);
    Files.move(
        temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  Path properties(String name, Map<String, String> values) throws IOException {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (k, v) -> text.append(k).append('=').append(v.replace("\\", "\\\\")).append('\n'));
    Path file = directory("config").resolve(name + ".properties");
    writePrivate(file, text.toString());
    return file;
  }

  /**
   * What scripts read: {@code COUNTERMARK_URL} and {@code COUNTERMARK_ADMIN_TOKEN}, the broker, and
   * the key service with the file of an operator's credential.
   */
  Path endpointFile() {
    return root.resolve("endpoint.env");
  }

  Path log(String child) throws IOException {
    return directory("logs").resolve(child + ".log");
  }

  void writePid(String name, long pid) throws IOException {
    writePrivate(directory("run").resolve(name + ".pid"), Long.toString(pid));
  }

  void removePid(String name) throws IOException {
    Files.deleteIfExists(root.resolve("run").resolve(name + ".pid"));
  }

  /** The process that wrote a pid file, if it still runs and still is one of ours. */
  Optional<ProcessHandle> process(String name) {
    try {
      long pid =
          Long.parseLong(Files.readString(root.resolve("run").resolve(name + ".pid")).strip());
      // A pid may have been reused since: only a Java process can be ours.
      return ProcessHandle.of(pid)
          .filter(ProcessHandle::isAlive)
          .filter(p -> p.info().command().map(c -> c.endsWith("java")).orElse(false));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes sure that only one launcher uses the directory; held until the process ends.
   *
   * @throws UserError when another one does
   */
  FileLock lock() throws IOException {
    try {
      FileChannel channel =
          FileChannel.open(
              directory("run").resolve("lock"),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return lock;
      }
      channel.close();
    } catch (OverlappingFileLockException e) {
      // The same answer as for another process.
    } catch (FileSystemException e) {
      throw new UserError("cannot write to " + root + ": choose another place with --data");
    }
    throw new UserError(
        "a platform already runs on "
            + root
            + ": stop it with './run stop --data "
            + root
            + "' or choose another place with --data");
  }
}
