package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;

import dev.countermark.format.zip.TestArchives;
import java.util.Map;

/** Packages to push. */
final class Packages {
  private Packages() {}

  static String nuspec(String id, String version, String more) {
    return "<?xml version=\"1.0\"?>\n<package><metadata><id>"
        + id
        + "</id><version>"
        + version
        + "</version><authors>acme</authors><description>A sample.</description>"
        + more
        + "</metadata></package>\n";
  }

  /** A sound archive that more can be added to. */
  static TestArchives archive(String id, String version, String moreMetadata) {
    TestArchives archive = new TestArchives();
    archive.deflated(id + ".nuspec", ascii(nuspec(id, version, moreMetadata)));
    archive.deflated("lib/net8.0/" + id + ".dll", new byte[5_000]);
    return archive;
  }

  static byte[] sound(String id, String version) {
    return archive(id, version, "").bytes();
  }

  /** Of the same identity, with another content. */
  static byte[] sound(String id, String version, String content) {
    TestArchives archive = archive(id, version, "");
    archive.stored("content/content.txt", ascii(content));
    return archive.bytes();
  }

  /** With a PDB that only begins like one. */
  static byte[] symbols(String id, String version, String content) {
    return symbols(id, version, Map.of("lib/net8.0/" + id + ".pdb", ascii("BSJB" + content)));
  }

  /**
   * @param files by name of their entries
   */
  static byte[] symbols(String id, String version, Map<String, byte[]> files) {
    TestArchives archive = new TestArchives();
    String type = "<packageTypes><packageType name=\"SymbolsPackage\"/></packageTypes>";
    archive.deflated(id + ".nuspec", ascii(nuspec(id, version, type)));
    files.forEach(archive::deflated);
    return archive.bytes();
  }
}
