package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.ForgedSignature;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.zip.TestArchives;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wrong pushes: an answer that says what is wrong, and nothing left behind. */
@QuarkusTest
class BadPushTest extends FeedTestBase {
  private static final int LIMIT = 10 << 20;
  private static final byte[] SOUND = Packages.sound("Acme.Tools", "1.0.0");

  private Feed feed;
  private TreeSet<String> before;

  @BeforeEach
  void remember() {
    feed = feed();
    before = keys();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    assertThat(keys()).isEqualTo(before);
    assertThat(feed.announced()).isEmpty();
    feed.push(SOUND).is(202);
  }

  private void refused(String why, byte[] file) {
    feed.push(file).isRefused(400, why);
  }

  private void refused(String why, Consumer<TestArchives> change) {
    TestArchives archive = Packages.archive("Acme.Tools", "1.0.0", "");
    change.accept(archive);
    refused(why, archive.bytes());
  }

  private void refusedNuspec(String why, String nuspec) {
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.Tools.nuspec", ascii(nuspec));
    archive.stored("lib/net8.0/_._", new byte[0]);
    refused(why, archive.bytes());
  }

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  // ---- the request ----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "application/octet-stream",
    "multipart/form-data",
    "multipart/mixed; boundary=a-boundary-of-the-tests",
    "''"
  })
  void anythingButAForm(String type) {
    feed.pusher()
        .send("PUT", feed.at("package"), FeedClient.multipart(SOUND), "Content-Type", type)
        .isRefused(400, "multipart/form-data");
  }

  @Test
  void aFormThatIsCutOff() {
    byte[] whole = FeedClient.multipart(SOUND);
    for (int length : new int[] {0, 10, 60, 200, whole.length - SOUND.length / 2}) {
      feed.pusher().pushBody(feed.at("package"), Arrays.copyOf(whole, length)).isRefused(400, "");
    }
  }

  @Test
  void aFormWithoutAPart() {
    feed.pusher()
        .pushBody(feed.at("package"), ascii("--a-boundary-of-the-tests--\r\n"))
        .isRefused(400, "");
    feed.pusher()
        .pushBody(feed.at("package"), FeedClient.multipart("n".repeat(20_000), SOUND))
        .isRefused(400, "multipart/form-data");
  }

  @Test
  void anEmptyFile() {
    refused("", new byte[0]);
  }

  @Test
  void aFileThatIsTooLarge() {
    TestArchives archive = Packages.archive("Acme.Tools", "1.0.0", "");
    archive.stored("noise", noise(LIMIT - archive.bytes().length - 100));
    byte[] justTooLarge = Arrays.copyOf(archive.bytes(), LIMIT + 1);

    feed.push(justTooLarge).isRefused(413, "larger than 10 MB");
    feed.push(new byte[3 * LIMIT]).isRefused(413, "larger than 10 MB");
  }

  @Test
  void aClientThatHangsUp() {
    byte[] whole = FeedClient.multipart(SOUND);
    feed.pusher().breakOff(feed.at("package"), Arrays.copyOf(whole, whole.length / 2));
  }

  @Test
  void aDiskThatCannotBeWritten() throws IOException {
    feed.pusher().push(feed.at("package"), new byte[10]).isRefused(400, ""); // makes the folder
    Path spool = Path.of("target", "spool");
    Path away = Files.move(spool, spool.resolveSibling(spool.getFileName() + "-away"));
    try {
      for (String path : List.of("package", "symbols")) {
        feed.pusher()
            .push(feed.at(path), SOUND)
            .isRefused(503, "cannot receive a package right now")
            .has("Retry-After", "30");
      }
    } finally {
      Files.move(away, spool);
    }
  }

  @ParameterizedTest
  @CsvSource({"package/acme.tools/1.0.0", "index.json", "flat/acme.tools/index.json", "query"})
  void anAddressThatTakesNoPackages(String path) {
    feed.pusher().push(feed.at(path), SOUND).isRefused(405, "service index");
  }

  @ParameterizedTest
  @CsvSource({"nothing", "package/a/b/c", "symbols/x", "flat/acme.tools"})
  void anAddressWithNothing(String path) {
    feed.pusher().push(feed.at(path), SOUND).isRefused(404, "no such address");
  }

  // ---- the archive ----------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "../evil.dll | leaves its folder",
        "lib\\..\\evil.dll | leaves its folder",
        "%2e%2e%2fevil.dll | leaves its folder",
        "lib/%2e%2e/%2E%2E/evil.dll | leaves its folder",
        "/etc/passwd | absolute",
        "%2fetc%2fpasswd | absolute",
        "C:/evil.dll | absolute",
        "c%3a/evil.dll | absolute",
        "lib//evil.dll | empty part",
        "lib/evil.dll. | dot or blank",
        "lib/a%00b | no file name has",
        "LIB/NET8.0/acme.tools.DLL | same name",
        "lib\\net8.0\\Acme.Tools.dll | same name",
        "lib/net8.0/Acme.Tools.dll | same name",
        "lib/net8.0 | file and a folder",
        "other.nuspec | several nuspec"
      })
  void aNameThatLeadsElsewhere(String name, String why) {
    refused(why, archive -> archive.stored(name, ascii("x")));
  }

  @Test
  void aBomb() {
    refused("unfolds too far", archive -> archive.deflated("bomb", new byte[5 << 20]));
    refused(
        "unfolds too far",
        archive -> {
          for (int i = 0; i < 20; i++) {
            archive.deflated("bomb" + i, new byte[1 << 20]);
          }
        });
    refused(
        "not what its header says",
        archive -> archive.deflated("bomb", new byte[3 << 20]).uncompressedSize = 100);
    refused("two sizes", archive -> archive.stored("b", ascii("x")).uncompressedSize = 100);
    refused(
        "too many bytes",
        archive -> {
          for (int i = 0; i < 3; i++) {
            archive.deflated("b" + i, ascii("x")).uncompressedSize = 0xFFFFFFF0L;
          }
        });
  }

  @Test
  void anArchiveThatReadersSeeDifferently() {
    refused(
        "Zip64",
        archive ->
            archive.stored("x", ascii("x")).centralExtra =
                new byte[] {1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    refused("overlap", archive -> archive.stored("x", ascii("x")).compressedSize = 60);
    refused("one local header", archive -> archive.stored("x", ascii("x")).localOffset = 0L);
    refused("different names", archive -> archive.stored("x", ascii("x")).localName = ascii("y"));
    refused("before the first entry", archive -> archive.prefix(new byte[4]));
    refused("between the central directory", archive -> archive.gap(new byte[4]));
    refused("after the end", archive -> archive.trailing(new byte[4]));
    refused("encrypted", archive -> archive.stored("x", ascii("x")).flags = 1);
    refused("neither stored nor deflated", archive -> archive.stored("x", ascii("x")).method = 12);
  }

  @Test
  void aDamagedArchive() {
    refused("", noise(10_000));
    refused("", Arrays.copyOf(SOUND, SOUND.length / 2));
    refused("", archive -> archive.deflated("x", ascii("hello")).crc32++);
    byte[] flipped = SOUND.clone();
    flipped[60] ^= 1;
    refused("", flipped);
  }

  // ---- the nuspec -----------------------------------------------------------------------------

  @Test
  void aPackageWithoutNuspec() {
    TestArchives archive = new TestArchives();
    archive.stored("lib/net8.0/_._", new byte[0]);
    refused("no nuspec", archive.bytes());
  }

  @Test
  void aBadNuspec() {
    String good = Packages.nuspec("Acme.Tools", "1.0.0", "");
    refusedNuspec("not well-formed XML", "<package><metadata>");
    refusedNuspec(
        "document type",
        "<!DOCTYPE p [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
            + good.substring(good.indexOf("<package>")));
    refusedNuspec("../Acme has \"/\" at position 3", Packages.nuspec("../Acme", "1.0.0", ""));
    refusedNuspec("101 characters", Packages.nuspec("a".repeat(101), "1.0.0", ""));
    refusedNuspec("no valid version: 1.x has", Packages.nuspec("Acme.Tools", "1.x", ""));
    refusedNuspec("136 characters", Packages.nuspec("Acme.Tools", "1.0.0-" + "a".repeat(130), ""));
    String hex = HexFormat.of().formatHex(noise(1 << 19));
    refusedNuspec("1 MiB", Packages.nuspec("A", "1.0.0", "<!-- " + hex + " -->"));
  }

  @Test
  void aReasonWithStrangeCharactersInIt() {
    // What the answer quotes of the package must not end the status line, or begin a header.
    refused("", archive -> archive.stored("x\r\nSet-Cookie: a=b\u00e9", ascii("x")));
    refused("", archive -> archive.stored("caf\u00e9/../\u20ac", ascii("x")));
    refused("", archive -> archive.stored("../" + "n".repeat(400), ascii("x")));
  }

  @Test
  void symbolsWherePackagesAreTaken() {
    refused("symbols package", Packages.symbols("Acme.Tools", "1.0.0", "x"));
  }

  // ---- signatures -----------------------------------------------------------------------------

  private void refusedSignature(String why, Consumer<ForgedSignature> change) throws Exception {
    refused(why, SignedPackages.repository("Acme.Signed", change));
    refused(why, SignedPackages.author("Acme.Signed", change));
  }

  @Test
  void aBrokenSignature() throws Exception {
    refusedSignature("NU3008", f -> f.content = f.content.replaceFirst("-Hash:....", "-Hash:AAAA"));
    refusedSignature("NU3012", f -> f.spoiled = true);
    refusedSignature("NU3009", f -> f.signers = 2);
    refusedSignature("NU3010", f -> f.certificates.clear());
    refusedSignature("NU3011", f -> f.signingTime = null);
    refusedSignature("NU3007", f -> f.content = f.content.replace("Version:1", "Version:2"));
    refusedSignature("NU3000", f -> f.content = "Version:1\n\n");
    refused(
        "NU3000",
        SignedPackages.repository(
            "Acme.Signed", f -> f.serviceIndexes.set(0, "http://x.example/")));
  }

  @Test
  void somethingInPlaceOfASignature() {
    refused("NU3003", archive -> archive.stored(".signature.p7s", new byte[2_000]));
    refused("NU300", archive -> archive.deflated(".signature.p7s", new byte[2_000]));
    refused("signature", archive -> archive.stored(".SIGNATURE.p7s", new byte[2_000]));
    refused(
        "signature",
        archive -> {
          archive.stored(".signature.p7s", new byte[2_000]);
          archive.stored(".signature.p7s", new byte[2_000]);
        });
  }
}
