package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What comes out of the feed is the upload with the signature in it, byte by byte. */
@QuarkusTest
class DownloadTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.0.0-rc.1");
  private static final String METADATA =
      "<icon>Images\\Icon.png</icon><readme>docs/README.md</readme>"
          + "<license type=\"file\">LICENSE.txt</license><!-- caf\u00e9 -->";
  private static final byte[] ICON = noise(2_000);

  private static byte[] noise(int length) {
    byte[] noise = new byte[length];
    new Random(length).nextBytes(noise);
    return noise;
  }

  private static TestArchives archive() {
    TestArchives archive = Packages.archive("Acme.Tools", "1.0.0-RC.1+build.7", METADATA);
    archive.stored("images/icon.png", ICON);
    archive.withDescriptor("docs/README.md", ascii("# <script>alert(1)</script>\n"));
    archive.deflated("LICENSE.txt", ascii("Do what you like.\n".repeat(50)));
    return archive;
  }

  /** More than two parts, so that ranges cross their borders. */
  private static byte[] large() {
    TestArchives archive = archive();
    archive.stored("content/noise", noise(9 << 20));
    return archive.bytes();
  }

  private static byte[] slice(byte[] bytes, int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }

  @Test
  void theWholePackage() {
    Feed feed = feed();
    byte[] signed = feed.publish(TOOLS, archive().bytes());

    Answer answer = feed.reader().get(feed.nupkg(TOOLS)).is(200);
    assertThat(answer.body()).isEqualTo(signed);
    answer
        .has("Content-Type", "application/octet-stream")
        .has("Content-Length", "" + signed.length)
        .has("Accept-Ranges", "bytes");
    Answer head = feed.reader().head(feed.nupkg(TOOLS)).is(200);
    assertThat(head.body()).isEmpty();
    head.has("Content-Length", "" + signed.length)
        .has("ETag", answer.header("ETag").orElseThrow())
        .has("Content-Type", "application/octet-stream");
  }

  @Test
  void aPackageOfSeveralParts() {
    Feed feed = feed();
    byte[] signed = feed.publish(TOOLS, large());
    assertThat(feed.record(TOOLS).orElseThrow().upload().parts()).hasSize(3);

    assertThat(feed.reader().get(feed.nupkg(TOOLS)).is(200).body()).isEqualTo(signed);
    int part = 4 << 20;
    int tail = signed.length - 500;
    for (int[] range :
        new int[][] {
          {0, 1},
          {0, signed.length},
          {part - 1, part + 1},
          {part, 2 * part},
          {part - 5, 2 * part + 5},
          {2 * part + 7, signed.length},
          {tail, signed.length},
          {signed.length - 1, signed.length}
        }) {
      Answer answer =
          feed.reader()
              .get(feed.nupkg(TOOLS), "Range", "bytes=" + range[0] + "-" + (range[1] - 1))
              .is(206);
      assertThat(answer.body()).isEqualTo(slice(signed, range[0], range[1]));
      answer.has("Content-Range", "bytes " + range[0] + "-" + (range[1] - 1) + "/" + signed.length);
    }
  }

  @Test
  void rangesOfAnyKind() {
    Feed feed = feed();
    byte[] signed = feed.publish(TOOLS, archive().bytes());
    int size = signed.length;
    Random random = new Random(7);
    for (int i = 0; i < 30; i++) {
      int from = random.nextInt(size);
      int to = from + 1 + random.nextInt(size - from);
      assertThat(
              feed.reader()
                  .get(feed.nupkg(TOOLS), "Range", "bytes=" + from + "-" + (to - 1))
                  .is(206)
                  .body())
          .isEqualTo(slice(signed, from, to));
    }

    assertThat(feed.reader().get(feed.nupkg(TOOLS), "Range", "bytes=-10").is(206).body())
        .isEqualTo(slice(signed, size - 10, size));
    assertThat(feed.reader().get(feed.nupkg(TOOLS), "Range", "bytes=10-").is(206).body())
        .isEqualTo(slice(signed, 10, size));
    assertThat(feed.reader().get(feed.nupkg(TOOLS), "Range", "bytes=10-999999999").is(206).body())
        .isEqualTo(slice(signed, 10, size));
    for (String whole : new String[] {"bytes=0-1,5-6", "lines=1-2", "bytes=x", "bytes=-"}) {
      assertThat(feed.reader().get(feed.nupkg(TOOLS), "Range", whole).is(200).body())
          .isEqualTo(signed);
    }
    for (String none : new String[] {"bytes=" + size + "-", "bytes=-0", "bytes=5-4"}) {
      feed.reader()
          .get(feed.nupkg(TOOLS), "Range", none)
          .isRefused(416, size + " bytes")
          .has("Content-Range", "bytes */" + size);
    }
  }

  @Test
  void conditionalRequests() {
    Feed feed = feed();
    byte[] signed = feed.publish(TOOLS, archive().bytes());
    String path = feed.nupkg(TOOLS);
    String etag = feed.reader().get(path).header("ETag").orElseThrow();
    assertThat(etag).matches("\"[0-9a-f]{64}\"");

    for (String same : new String[] {etag, "W/" + etag, "\"other\", " + etag, "*"}) {
      Answer answer = feed.reader().get(path, "If-None-Match", same).is(304).has("ETag", etag);
      assertThat(answer.body()).isEmpty();
      feed.reader().head(path, "If-None-Match", same).is(304);
    }
    feed.reader().get(path, "If-None-Match", "\"other\"").is(200);
    assertThat(feed.reader().get(path, "Range", "bytes=0-3", "If-Range", etag).is(206).body())
        .isEqualTo(slice(signed, 0, 4));
    for (String other : new String[] {"\"other\"", "W/" + etag}) {
      assertThat(feed.reader().get(path, "Range", "bytes=0-3", "If-Range", other).is(200).body())
          .isEqualTo(signed);
    }
  }

  @Test
  void anEndThatIsStoredApart() {
    Feed feed = feed();
    feed.push(archive().bytes()).is(202);
    byte[] signed = new TestSigner(store, keyClient).sign(feed.name, TOOLS, true);

    assertThat(feed.reader().get(feed.nupkg(TOOLS)).is(200).body()).isEqualTo(signed);
    int size = signed.length;
    assertThat(feed.reader().get(feed.nupkg(TOOLS), "Range", "bytes=-30").is(206).body())
        .isEqualTo(slice(signed, size - 30, size));
  }

  @Test
  void theNuspec() {
    Feed feed = feed();
    feed.publish(TOOLS, archive().bytes());

    assertThat(feed.reader().get(feed.file(TOOLS, "acme.tools.nuspec")).is(200).body())
        .isEqualTo(ascii(Packages.nuspec("Acme.Tools", "1.0.0-RC.1+build.7", METADATA)));
    feed.reader().head(feed.file(TOOLS, "acme.tools.nuspec")).is(200).has("Content-Type", XML);
  }

  private static final String XML = "application/xml";

  @Test
  void embeddedFiles() {
    Feed feed = feed();
    feed.publish(TOOLS, archive().bytes());

    assertThat(embedded(feed, "icon", "image/png")).isEqualTo(ICON);
    assertThat(embedded(feed, "readme", "text/markdown; charset=utf-8"))
        .isEqualTo(ascii("# <script>alert(1)</script>\n"));
    assertThat(embedded(feed, "license", "text/plain; charset=utf-8"))
        .isEqualTo(ascii("Do what you like.\n".repeat(50)));
  }

  private byte[] embedded(Feed feed, String file, String type) {
    Answer answer = feed.reader().get(feed.file(TOOLS, file)).is(200);
    assertThat(answer.header("Content-Type").orElseThrow()).isEqualToIgnoringCase(type);
    answer
        .has("X-Content-Type-Options", "nosniff")
        .has("Content-Security-Policy", "sandbox; default-src 'none'");
    return answer.body();
  }

  @Test
  void whatIsNotThere() {
    Feed feed = feed();
    Identity plain = identity("plain", "1.0.0");
    feed.publish(plain, Packages.sound("Plain", "1.0"));

    for (String file :
        new String[] {
          "other.nuspec", "plain.1.0.1.nupkg", "lib/net8.0/plain.dll", "..%2f..%2fplain.nuspec"
        }) {
      feed.reader().get(feed.file(plain, file)).isRefused(404, "no such");
    }
    for (String file : new String[] {"icon", "readme", "license"}) {
      feed.reader().get(feed.file(plain, file)).isRefused(404, "has no " + file);
    }
    feed.reader().get(feed.at("flat/plain/1.0.1/plain.1.0.nupkg")).is(404);
    feed.reader().get(feed.at("flat/" + "a".repeat(101) + "/index.json")).is(404);
    feed.reader().get(feed.at("flat/..%2f..%2frepositories/index.json")).is(404);
  }

  @Test
  void aStoredPackageThatCannotBeReadIsNoFaultOfTheReader() {
    Feed feed = feed();
    feed.publish(TOOLS, archive().bytes());
    for (Part part : feed.record(TOOLS).orElseThrow().upload().parts()) {
      store.delete(ObjectKeys.content(part.sha256(), part.upload()));
    }

    feed.reader().get(feed.file(TOOLS, "readme")).isRefused(500, "the server's log has it");
  }
}
