package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import dev.countermark.testkit.swift.SwiftPublication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Archives that are traps, and names that are none: refused with a reason, and nothing stays. */
@ExtendWith(PlatformExtension.class)
class SwiftHostileArchivesTest {
  private static final SwiftPackage PKG = SwiftPackage.of("Hostile", "1.0.0");
  private static final int FILE = 0100644;
  private static final int LINK = 0120777;

  private interface Entries {
    void write(ZipArchiveOutputStream zip) throws IOException;
  }

  /**
   * @param detail what the publisher must be told of
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Trap(String name, byte[] archive, String detail) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static byte[] zip(Entries entries) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(out)) {
      entries.write(zip);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return out.toByteArray();
  }

  /** A good package, and more. */
  private static byte[] and(Entries more) {
    return zip(
        zip -> {
          for (String file : PKG.files().keySet()) {
            SwiftPackage.entry(zip, "Hostile/" + file, FILE, PKG.file(file));
          }
          more.write(zip);
        });
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] concatenated(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  static Stream<Trap> traps() {
    byte[] manifest = PKG.file(SwiftPackage.MANIFEST);
    return Stream.of(
        new Trap("no archive", utf8("this is no archive"), "(?i).*zip.*"),
        new Trap("empty", new byte[0], "(?i).*(zip|archive).*"),
        new Trap("cut off", Arrays.copyOf(PKG.archive(), PKG.archive().length - 30), "(?i).*zip.*"),
        new Trap(
            "two roots",
            and(zip -> SwiftPackage.entry(zip, "__MACOSX/x", FILE, new byte[1])),
            ".*more than one top-level entry.*"),
        new Trap(
            "flat",
            zip(zip -> SwiftPackage.entry(zip, SwiftPackage.MANIFEST, FILE, manifest)),
            ".*file at its top.*"),
        new Trap(
            "no manifest",
            zip(zip -> SwiftPackage.entry(zip, "Hostile/README.md", FILE, new byte[1])),
            ".*Package\\.swift.*"),
        new Trap(
            "manifest is a link",
            zip(
                zip -> {
                  SwiftPackage.entry(zip, "Hostile/real", FILE, manifest);
                  SwiftPackage.entry(zip, "Hostile/Package.swift", LINK, utf8("real"));
                }),
            ".*Package\\.swift.*"),
        new Trap(
            "path out of the directory",
            and(zip -> SwiftPackage.entry(zip, "Hostile/../../etc/x", FILE, new byte[1])),
            ".*leaves its folder.*"),
        new Trap(
            "absolute path",
            and(zip -> SwiftPackage.entry(zip, "/etc/x", FILE, new byte[1])),
            ".*is absolute.*"),
        new Trap(
            "backslashes",
            and(zip -> SwiftPackage.entry(zip, "Hostile/a\\..\\..\\x", FILE, new byte[1])),
            ".*backslash.*"),
        new Trap(
            "link out of the directory",
            and(zip -> SwiftPackage.entry(zip, "Hostile/out", LINK, utf8("../../etc/passwd"))),
            "(?i).*link.*"),
        new Trap(
            "absolute link",
            and(zip -> SwiftPackage.entry(zip, "Hostile/out", LINK, utf8("/etc/passwd"))),
            "(?i).*link.*"),
        new Trap(
            "two files of one name",
            and(zip -> SwiftPackage.entry(zip, "Hostile/Package.swift", FILE, manifest)),
            "(Two entries|There are two files).*"),
        new Trap(
            "names that differ only in case",
            and(zip -> SwiftPackage.entry(zip, "Hostile/package.swift", FILE, manifest)),
            "Two entries.*"),
        new Trap(
            "bomb",
            and(zip -> SwiftPackage.entry(zip, "Hostile/bomb", FILE, new byte[300 << 20])),
            ".*unfolds.*"),
        new Trap(
            "manifest with a byte order mark",
            PKG.with(
                    SwiftPackage.MANIFEST,
                    concatenated(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf}, manifest))
                .archive(),
            "(?i).*byte order mark.*"),
        new Trap(
            "manifest that is not UTF-8",
            PKG.with(SwiftPackage.MANIFEST, concatenated(manifest, new byte[] {(byte) 0xe4}))
                .archive(),
            ".*UTF-8.*"),
        new Trap(
            "manifest without a tools version",
            PKG.with(SwiftPackage.MANIFEST, "import PackageDescription\n").archive(),
            "(?i).*tools.version.*"));
  }

  @ParameterizedTest
  @MethodSource("traps")
  void refuses(Trap trap, Platform platform) {
    SwiftRegistry registry = SwiftRegistry.open(platform);

    HttpResponse<byte[]> answer = registry.publish(PKG.path(), SwiftPublication.of(trap.archive()));

    String text = new String(answer.body(), StandardCharsets.UTF_8);
    assertThat(answer.statusCode()).as(text).isEqualTo(422);
    assertThat(Json.read(answer.body(), JsonNode.class).path("detail").asText())
        .matches(trap.detail());
    assertThat(registry.get("/demo/Hostile", SwiftRegistry.JSON).statusCode()).isEqualTo(404);
    // Nothing of it holds the version.
    registry.published(PKG);
  }

  @ParameterizedTest
  @CsvSource({
    "demo/Good/1.0.0-a.zip",
    "demo/Good/1.0.0-a.json",
    "demo/Good/v1.0.0",
    "demo/Good/1.0",
    "demo/Good/01.0.0",
    "demo/Good/1.0.0.0",
    "demo/Go--od/1.0.0",
    "demo/-Good/1.0.0",
    "-demo/Good/1.0.0",
    "de--mo/Good/1.0.0",
    "login/Good/1.0.0",
    "submissions/Good/1.0.0",
    "identifiers/Good/1.0.0"
  })
  void refusesNamesThatAreNone(String path, Platform platform) {
    SwiftRegistry registry = SwiftRegistry.open(platform);

    HttpResponse<byte[]> answer = registry.publish(path, SwiftPublication.of(PKG));

    assertThat(answer.statusCode())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(422);
    assertThat(Json.read(answer.body(), JsonNode.class).path("detail").asText()).isNotBlank();
  }

  @Test
  void refusesMetadataThatBreaksDecoders(Platform platform) {
    SwiftRegistry registry = SwiftRegistry.open(platform);

    for (String metadata :
        new String[] {
          "{", "[]", "{\"author\":{\"email\":\"a@example.com\"}}", "{\"repositoryURLs\":\"x\"}"
        }) {
      assertThat(registry.publish(PKG.metadata(metadata)).statusCode()).as(metadata).isEqualTo(422);
    }
    registry.published(PKG);
  }
}
