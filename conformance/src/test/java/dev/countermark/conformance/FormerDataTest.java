package dev.countermark.conformance;

import static dev.countermark.conformance.FormatContract.assertAccepted;
import static dev.countermark.conformance.FormatContract.awaitSigned;
import static dev.countermark.conformance.FormatContract.pushed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A data directory goes on working after an upgrade. {@code former-data.zip} was made by a platform
 * with one signer per format (commit 3b45f75): in a repository {@code former/LABEL} for each format
 * it signed package 1; package 2 was pushed while its signers stood still, and then all of it was
 * killed. {@link #main} pushed the packages.
 */
class FormerDataTest {
  private static final int SIGNED = 1;
  private static final int UNSIGNED = 2;

  /** Lines of file, name and hexadecimal value: the store keeps ETags as attributes of files. */
  private static final String ATTRIBUTES = "attributes.txt";

  /** No larger entry is in it, bytes. */
  private static final int MAX_ENTRY = 64 << 20;

  private static Platform platform;

  /**
   * Pushes a package of every format into {@code former/LABEL} of the platform that the environment
   * names.
   *
   * @param arguments the package's number
   */
  public static void main(String[] arguments) {
    int number = Integer.parseInt(arguments[0]);
    try (Platform former = Platform.open()) {
      for (FormatCase format : FormatCase.all()) {
        assertAccepted(packages(former, format).push(number));
      }
    }
  }

  private static Packages packages(Platform platform, FormatCase format) {
    return format.packages(
        platform, platform.asSeenWith("former/" + format.label(), platform.adminToken()));
  }

  @BeforeAll
  static void start(@TempDir Path folder) throws IOException {
    unpack(folder);
    platform = Platform.startOver(folder);
  }

  private static void unpack(Path folder) throws IOException {
    try (InputStream resource = FormerDataTest.class.getResourceAsStream("former-data.zip");
        ZipInputStream zip = new ZipInputStream(resource)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path file = folder.resolve(entry.getName()).normalize();
        assertThat(file.startsWith(folder)).isTrue();
        Files.createDirectories(file.getParent());
        Files.write(file, zip.readNBytes(MAX_ENTRY));
      }
    }
    for (String line : Files.readAllLines(folder.resolve(ATTRIBUTES))) {
      String[] attribute = line.split("\t");
      Files.getFileAttributeView(folder.resolve(attribute[0]), UserDefinedFileAttributeView.class)
          .write(attribute[1], ByteBuffer.wrap(HexFormat.of().parseHex(attribute[2])));
    }
  }

  @AfterAll
  static void stop() {
    if (platform != null) {
      platform.close();
    }
  }

  private static Stream<Arguments> formats() {
    return Stream.of("nuget", "oci", "swift")
        .map(
            label ->
                Arguments.of(
                    label,
                    FormatCase.all().stream()
                        .filter(format -> format.label().equals(label))
                        .findAny()
                        .orElseThrow()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("formats")
  void itsPackagesAreStillSignedAndTheOthersBecomeSo(String label, FormatCase format) {
    Packages packages = packages(platform, format);
    Map<String, byte[]> signed = packages.fetch(SIGNED).orElseThrow();
    String key = packages.verify(SIGNED, signed).orElseThrow();

    awaitSigned(packages, UNSIGNED);

    Map<String, byte[]> meanwhile = packages.fetch(UNSIGNED).orElseThrow();
    assertThat(packages.verify(UNSIGNED, meanwhile)).contains(key);
    assertThat(packages.verify(3, pushed(packages, 3))).contains(key);
    assertThat(packages.fetch(SIGNED).orElseThrow()).containsExactlyInAnyOrderEntriesOf(signed);
  }

  @Test
  void itsSettingsAreInForce() {
    String repositories =
        new String(platform.call("GET", "/api/v1/repositories", null).body(), UTF_8);
    for (String setting :
        List.of(
            "\"visibility\":\"after-signing\"",
            "\"deletePackages\":true",
            "\"archives\":\"overlay\"")) {
      assertThat(repositories).contains(setting);
    }
  }
}
