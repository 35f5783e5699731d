package dev.countermark.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Archives of the classes that the parts load at their start, one for each part and virtual
 * machine. With them a start takes half of the processor's time; a part that has none, or one that
 * does not fit its jars any more, starts all the same.
 *
 * @param folder of this virtual machine's archives
 * @param making whether parts write theirs when they end
 * @see "JEP 350"
 */
record ClassArchives(Path folder, boolean making) {
  /**
   * @param target folder of what was built
   */
  private static Path folder(Path target) {
    return target
        .resolve("class-archives")
        .resolve(System.getProperty("java.vm.version").replaceAll("[^0-9A-Za-z.+-]", "_"));
  }

  /** What there is. */
  static ClassArchives of(Path target) {
    return new ClassArchives(folder(target), false);
  }

  /** New ones, which nobody uses before they are {@linkplain #keep kept}. */
  static ClassArchives make(Path target) throws IOException {
    Path folder = folder(target);
    Path unfinished = folder.resolveSibling(folder.getFileName() + ".new");
    delete(unfinished);
    return new ClassArchives(Files.createDirectories(unfinished), true);
  }

  /**
   * Puts what was made in the place of what there was. Java 17 crashes over an archive that is cut
   * off, so none is ever in that place before its process has ended.
   *
   * @param target as it was made for
   */
  void keep(Path target) throws IOException {
    delete(folder(target));
    Files.move(folder, folder(target), StandardCopyOption.ATOMIC_MOVE);
  }

  private static void delete(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      try (var old = Files.newDirectoryStream(folder)) {
        for (Path file : old) {
          Files.delete(file);
        }
      }
      Files.delete(folder);
    }
  }

  /** Options of the virtual machine for a part. */
  List<String> options(String part) {
    Path archive = folder.resolve(part + ".jsa");
    if (making) {
      return List.of("-XX:ArchiveClassesAtExit=" + archive);
    }
    return Files.exists(archive) ? List.of("-XX:SharedArchiveFile=" + archive) : List.of();
  }
}
