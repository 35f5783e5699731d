package dev.countermark.gateway.content;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * The folder on the local disk in which pushed files are examined, of all formats; for this user
 * alone. Several processes may share it: what a killed one left behind is told by its age. A file
 * that is being received grows; one that is examined for longer than that is open, and is read to
 * its end also when its name is gone.
 */
public final class SpoolFolder {
  /**
   * A file that nobody wrote to for so long is nobody's: a client that sends nothing is cut off.
   */
  static final Duration ABANDONED = Duration.ofMinutes(15);

  private static final String PREFIX = "push-";

  private final Path path;
  private final Clock clock;
  private final SpoolRoom room;

  private SpoolFolder(Path path, Clock clock, SpoolRoom room) {
    this.path = path;
    this.clock = clock;
    this.room = room;
  }

  /** One that takes what the disk has. */
  public static SpoolFolder open(Path path, Clock clock) throws IOException {
    return open(path, clock, SpoolRoom.Limits.NONE);
  }

  /**
   * Makes the folder if need be.
   *
   * @throws IOException when it cannot be used by this user alone
   */
  public static SpoolFolder open(Path path, Clock clock, SpoolRoom.Limits limits)
      throws IOException {
    if (!Files.isDirectory(path)) {
      if (path.getParent() != null) {
        Files.createDirectories(path.getParent());
      }
      if (isPosix(path)) {
        Files.createDirectory(
            path,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      } else {
        Files.createDirectory(path);
      }
    }
    if (isPosix(path)) {
      // Fails where it is somebody else's.
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rwx------"));
    }
    return new SpoolFolder(path, clock, new SpoolRoom(limits));
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** What files in the folder may take together. */
  public SpoolRoom room() {
    return room;
  }

  /** What happens when the folder takes no more. */
  public static NoRoomException full(IOException cause) {
    return new NoRoomException("countermark.gateway.spool takes no more", cause);
  }

  /** Deletes what processes left behind that are gone. */
  public void clean() throws IOException {
    Instant before = clock.instant().minus(ABANDONED);
    try (DirectoryStream<Path> left = Files.newDirectoryStream(path, PREFIX + "*")) {
      for (Path file : left) {
        try {
          if (Files.getLastModifiedTime(file).toInstant().isBefore(before)) {
            Files.deleteIfExists(file);
          }
        } catch (NoSuchFileException e) {
          // Its push ended meanwhile.
          continue;
        }
      }
    }
  }

  /**
   * Receives a file, hashing it on the way.
   *
   * @param limit most bytes; so much must be free before the first is read
   * @param algorithms of the hashes, as {@code MessageDigest} names them; SHA-256 always is one
   * @throws NoRoomException when there is no room for it
   * @throws BusyException when others have it
   */
  public Spool receive(Spool.Source file, long limit, String... algorithms) throws IOException {
    Path received = create(limit);
    SpoolRoom.Held held = room.ofNobody();
    FileChannel channel = null;
    try {
      channel = FileChannel.open(received, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return Spool.receive(new Spool.Place(received, channel, held), file, limit, algorithms);
    } catch (IOException | RuntimeException e) {
      held.close();
      if (channel != null) {
        channel.close();
      }
      Files.deleteIfExists(received);
      throw e;
    }
  }

  /**
   * Makes an empty file that is gone when it is closed.
   *
   * @param room bytes that must be free
   * @throws NoRoomException when they are not
   */
  public FileChannel transientFile(long room) throws IOException {
    return FileChannel.open(
        create(room),
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  /**
   * Looks whether a file would have room, before its first byte is asked for.
   *
   * @throws NoRoomException when it would not
   */
  public void requireRoom(long bytes) throws NoRoomException {
    // A FileStore would be told by the list of all mounts. A folder that is gone has no room.
    if (path.toFile().getUsableSpace() < bytes) {
      throw new NoRoomException("countermark.gateway.spool has no room", null);
    }
  }

  private Path create(long limit) throws IOException {
    requireRoom(limit);
    try {
      return Files.createTempFile(path, PREFIX, ".part");
    } catch (IOException e) {
      throw new NoRoomException("countermark.gateway.spool cannot be used", e);
    }
  }
}
