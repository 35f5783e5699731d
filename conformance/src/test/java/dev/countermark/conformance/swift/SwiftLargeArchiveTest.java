package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.testkit.swift.SwiftPackage;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * An archive larger than the heaps of gateway and signer (256 MiB each in the platform that {@code
 * ./run} starts) is published, signed and comes back. Its size in bytes is the system property
 * {@code countermark.large-archive}.
 */
@ExtendWith(PlatformExtension.class)
class SwiftLargeArchiveTest {
  private static final long SIZE = Long.getLong("countermark.large-archive", 270L << 20);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void isPublishedSignedAndComesBack(Platform platform, @TempDir Path folder) throws Exception {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage pkg = SwiftPackage.of("Large", "1.0.0");
    Path archive = folder.resolve("large.zip");
    write(pkg, archive);

    HttpResponse<byte[]> answer =
        http.send(
            registry
                .request("/" + pkg.path())
                .timeout(Duration.ofMinutes(5))
                .header("Authorization", "Bearer " + registry.repository().token())
                .header("Accept", SwiftRegistry.JSON)
                .header("Content-Type", "multipart/form-data;boundary=\"large\"")
                .PUT(
                    BodyPublishers.concat(
                        BodyPublishers.ofString(
                            "--large\r\nContent-Disposition: form-data; name=\"source-archive\"\r\n"
                                + "Content-Type: application/zip\r\n\r\n"),
                        BodyPublishers.ofFile(archive),
                        BodyPublishers.ofString("\r\n--large--\r\n")))
                .build(),
            BodyHandlers.ofByteArray());
    SwiftRegistry.assertAccepted(answer);
    registry.awaitAvailable(pkg, Duration.ofMinutes(5));

    JsonNode resource = registry.metadata(pkg).path("resources").path(0);
    Path back = folder.resolve("back.zip");
    HttpRequest request =
        registry
            .request("/" + pkg.path() + ".zip")
            .timeout(Duration.ofMinutes(5))
            .header("Accept", SwiftRegistry.ZIP)
            .build();
    assertThat(http.send(request, BodyHandlers.ofFile(back)).statusCode()).isEqualTo(200);
    assertThat(resource.path("checksum").asText()).isEqualTo(sha256(back));
    assertThat(Files.size(back)).isGreaterThan(SIZE);
    SwiftSignatures.assertGenuine(
        Base64.getDecoder()
            .decode(resource.path("signing").path("signatureBase64Encoded").asText()),
        signature -> digest(back, signature::update),
        registry.root());
  }

  /** A package with noise beside its sources, which no compression makes smaller. */
  private static void write(SwiftPackage pkg, Path archive) throws IOException {
    byte[] block = new byte[1 << 20];
    new Random(7).nextBytes(block);
    try (ZipArchiveOutputStream zip = new ZipArchiveOutputStream(archive)) {
      zip.setUseZip64(Zip64Mode.Never); // as the client does below 4 GiB
      for (String file : pkg.files().keySet()) {
        SwiftPackage.entry(zip, pkg.id() + "/" + file, 0100644, pkg.file(file));
      }
      zip.setLevel(1);
      ZipArchiveEntry noise = new ZipArchiveEntry(pkg.id() + "/noise.bin");
      noise.setUnixMode(0100644);
      zip.putArchiveEntry(noise);
      for (long written = 0; written < SIZE; written += block.length) {
        zip.write(block);
      }
      zip.closeArchiveEntry();
    }
  }

  private interface Sink {
    void update(byte[] bytes, int offset, int length) throws GeneralSecurityException;
  }

  private static void digest(Path file, Sink sink) throws GeneralSecurityException {
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sink.update(buffer, 0, n);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String sha256(Path file) throws GeneralSecurityException {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    digest(file, sha256::update);
    return HexFormat.of().formatHex(sha256.digest());
  }
}
