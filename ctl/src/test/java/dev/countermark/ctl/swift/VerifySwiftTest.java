package dev.countermark.ctl.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.countermark.ctl.Main;
import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.manifest.ManifestSignature;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class VerifySwiftTest {
  private static final byte[] MANIFEST = SwiftSamples.utf8(SwiftSamples.PACKAGE_SWIFT);

  @TempDir Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private Path root;

  @BeforeEach
  void writeRoot() throws Exception {
    root =
        Files.writeString(
            folder.resolve("root.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(SwiftPki.ROOT.certificate().getEncoded())
                + "\n-----END CERTIFICATE-----\n");
  }

  private int verify(Object... arguments) {
    CommandLine line = Main.commandLine(Clock.fixed(SwiftPki.NOW, ZoneOffset.UTC));
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    return line.execute(
        Stream.concat(Stream.of("verify", "swift"), Arrays.stream(arguments).map(Object::toString))
            .toArray(String[]::new));
  }

  private Path archive(byte[] bytes, String signature) throws Exception {
    Files.write(folder.resolve(signature), SwiftSamples.sign(bytes, SwiftPki.LEAF));
    return Files.write(folder.resolve("acme.Lib-1.0.0.zip"), bytes);
  }

  private static byte[] signedManifest(SwiftPki.Signer signer) {
    return ManifestSignature.append(MANIFEST, SwiftSamples.sign(MANIFEST, signer));
  }

  @Test
  void acceptsAnArchiveWithSignedManifests() throws Exception {
    byte[] bytes = SwiftSamples.withSignedManifests(SwiftSamples.archive().bytes(), SwiftPki.LEAF);
    Path file = archive(bytes, "acme.Lib-1.0.0.sig");
    assertThat(verify("--root", root, file)).isZero();
    assertThat(out.toString())
        .containsPattern("Checksum: [0-9a-f]{64}\n")
        .contains("Signature over: source archive\n")
        .contains("Signature over: Package@swift-5.9.swift\n")
        .contains("Signer: SigningEntity[name=Optional(\"acme/app package signing\")")
        .contains("Accepted " + file + ": 0 errors, 0 warnings");
  }

  @Test
  void onlyWarnsOfUnsignedManifestsInAnArchive() throws Exception {
    Path file = archive(SwiftSamples.archive().bytes(), "acme.Lib-1.0.0.zip.sig");
    assertThat(verify("--root", root, file)).isZero();
    assertThat(out.toString()).contains("0 errors, 2 warnings");
  }

  @Test
  void refusesWhatWasChangedUnsignedOrNotTrusted() throws Exception {
    byte[] bytes = SwiftSamples.archive().bytes();
    Path file = archive(bytes, "acme.Lib-1.0.0.sig");
    assertThat(verify(file)).isEqualTo(1);
    assertThat(out.toString())
        .contains("error: source archive: the signer ")
        .contains("not trusted");
    Path unsigned = Files.write(folder.resolve("unsigned.zip"), bytes);
    assertThat(verify("--root", root, unsigned)).isEqualTo(1);
    assertThat(out.toString()).contains("error: source archive: is not signed");
    bytes[bytes.length / 2]++;
    Files.write(file, bytes);
    assertThat(verify("--root", root, file)).isEqualTo(1);
    assertThat(out.toString()).contains("Invalid signature from signing certificate");
  }

  @Test
  void refusesArchivesThatClientsWouldNotUnpackAlike() throws Exception {
    Path text =
        archive(SwiftSamples.utf8("this is some text and no archive"), "acme.Lib-1.0.0.sig");
    assertThat(verify("--root", root, text)).isEqualTo(1);
    assertThat(out.toString()).contains("error: The archive is not a ZIP archive.");
  }

  @Test
  void judgesManifestsByTheirLastLine() throws Exception {
    Path good = Files.write(folder.resolve("Package.swift"), signedManifest(SwiftPki.LEAF));
    assertThat(verify("--root", root, good)).isZero();
    Path unsigned = Files.write(folder.resolve("Package@swift-5.9.swift"), MANIFEST);
    assertThat(verify("--root", root, unsigned)).isEqualTo(1);
    assertThat(out.toString()).contains("error: Package@swift-5.9.swift: is not signed");
    Files.write(unsigned, signedManifest(SwiftPki.selfSigned("CN=anybody", profile -> profile)));
    assertThat(verify("--root", root, unsigned)).isEqualTo(1);
    assertThat(out.toString()).contains("is not trusted (stricter than the client)");
  }

  @Test
  void judgesAFolderAsARelease() throws Exception {
    archive(SwiftSamples.archive().bytes(), "acme.Lib-1.0.0.sig");
    Files.write(folder.resolve("Package.swift"), signedManifest(SwiftPki.LEAF));
    assertThat(verify("--root", root, folder)).isEqualTo(1);
    assertThat(out.toString())
        .contains("error: Package@swift-5.9.swift: is in the archive, but not beside it");
    byte[] second = SwiftSamples.utf8(SwiftSamples.PACKAGE_5_9);
    Files.write(
        folder.resolve("Package@swift-5.9.swift"),
        ManifestSignature.append(second, SwiftSamples.sign(second, SwiftPki.LEAF)));
    assertThat(verify("--root", root, folder)).isZero();
  }

  @Test
  void takesASignatureFromElsewhere() throws Exception {
    Path file = archive(SwiftSamples.archive().bytes(), "elsewhere");
    assertThat(verify("--root", root, file)).isEqualTo(1);
    assertThat(verify("--root", root, "--signature", folder.resolve("elsewhere"), file)).isZero();
    assertThat(verify("--signature", folder.resolve("elsewhere"), file, file)).isEqualTo(2);
    assertThat(err.toString()).contains("--signature is for one archive only");
  }

  @Test
  void datesAreThoseOfTheGivenMoment() throws Exception {
    Path file = Files.write(folder.resolve("Package.swift"), signedManifest(SwiftPki.LEAF));
    assertThat(verify("--root", root, "--at", "2026-11-24T12:00:00Z", file)).isZero();
    assertThat(verify("--root", root, "--at", "2066-01-01T00:00:00Z", file)).isEqualTo(1);
    assertThat(out.toString()).contains("has expired");
    assertThat(verify("--root", root, "--at", "yesterday", file)).isEqualTo(2);
  }

  @Test
  void printsOneJsonDocumentAndTellsWhatItCouldNotRead() throws Exception {
    Path file = archive(SwiftSamples.archive().bytes(), "acme.Lib-1.0.0.sig");
    assertThat(verify("--json", "--root", root, file, folder.resolve("missing.zip"))).isEqualTo(2);
    JsonNode files = JsonMapper.builder().build().readTree(out.toString()).path("files");
    JsonNode first = files.get(0);
    assertThat(first.path("accepted").asBoolean()).isTrue();
    assertThat(first.path("checksum").asText()).matches("[0-9a-f]{64}");
    assertThat(first.path("signatures").get(0).path("over").asText()).isEqualTo("source archive");
    assertThat(first.path("signatures").get(0).path("organization").asText()).isEqualTo("Example");
    assertThat(first.path("findings").get(0).path("severity").asText()).isEqualTo("warning");
    assertThat(files.get(1).path("problem").asText()).isEqualTo("no such file");
  }
}
