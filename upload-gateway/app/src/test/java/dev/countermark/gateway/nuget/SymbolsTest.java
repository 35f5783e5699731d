package dev.countermark.gateway.nuget;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.SymbolsRecords.SymbolsRecord;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.gateway.nuget.FeedClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Symbols packages. */
@QuarkusTest
class SymbolsTest extends FeedTestBase {
  private static final Identity TOOLS = identity("acme.tools", "1.0.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.0.0");
  private static final byte[] SYMBOLS = Packages.symbols("Acme.Tools", "1.0.0", "one");

  private Optional<SymbolsRecord> symbols(Feed feed) {
    return new Records(store).read(NugetKeys.symbols(feed.name, TOOLS), SymbolsRecord.class);
  }

  @Test
  void symbolsFollowTheirPackage() {
    Feed feed = feed();
    TreeSet<String> before = keys();
    feed.pusher().push(feed.at("symbols"), SYMBOLS).isRefused(404, "before its symbols");
    assertThat(keys()).isEqualTo(before);
    feed.push(PACKAGE).is(202);

    feed.pusher().push(feed.at("symbols/"), SYMBOLS).is(201);

    assertThat(symbols(feed).orElseThrow().upload().size()).isEqualTo(SYMBOLS.length);
    assertThat(feed.announced()).hasSize(1);
  }

  @Test
  void laterSymbolsReplaceEarlier() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    feed.pusher().push(feed.at("symbols"), SYMBOLS).is(201);
    SymbolsRecord first = symbols(feed).orElseThrow();

    feed.pusher()
        .push(feed.at("symbols"), Packages.symbols("Acme.Tools", "1.0.0", "another"))
        .is(201);

    SymbolsRecord second = symbols(feed).orElseThrow();
    assertThat(second.generation()).isEqualTo(first.generation() + 1);
    assertThat(second.upload()).isNotEqualTo(first.upload());
  }

  @Test
  void nothingButSymbols() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);
    TreeSet<String> before = keys();

    feed.pusher().push(feed.at("symbols"), PACKAGE).isRefused(400, "not of type SymbolsPackage");
    feed.pusher().push(feed.at("symbols"), new byte[100]).isRefused(400, "");
    feed.pusher()
        .send("PUT", feed.at("symbols"), SYMBOLS, "Content-Type", "application/octet-stream")
        .isRefused(400, "multipart/form-data");

    assertThat(keys()).isEqualTo(before);
    feed.reader().get(feed.at("symbols")).isRefused(405, "nothing to read");

    feed.configure("\"nuget\":{\"strictness\":\"gallery\"}");
    feed.pusher().push(feed.at("symbols"), PACKAGE).isRefused(400, "no such file");
    feed.pusher().push(feed.at("symbols"), SYMBOLS).isRefused(400, "portable PDB files: its head");
  }

  @Test
  void whoeverPushesIsToldOfWhatNobodyFinds() {
    Feed feed = feed();
    feed.push(PACKAGE).is(202);

    Answer answer = feed.pusher().push(feed.at("symbols"), SYMBOLS).is(201);

    assertThat(answer.headers("X-NuGet-Warning"))
        .hasSize(1)
        .first()
        .asString()
        .contains("not found by debuggers", "lib/net8.0/Acme.Tools.pdb");
  }

  // ---- what debuggers ask for -----------------------------------------------------------------

  private static byte[] pdb(UUID guid, String content) {
    return TestPdbs.portable(guid, ascii(content));
  }

  private static String asked(String file, UUID guid) {
    return "symbols/" + file + "/" + TestPdbs.guid(guid) + "FFFFFFFF/" + file;
  }

  private void pushSymbols(Feed feed, String version, Map<String, byte[]> files) {
    Answer answer =
        feed.pusher().push(feed.at("symbols"), Packages.symbols("Acme.Tools", version, files));
    assertThat(answer.is(201).headers("X-NuGet-Warning")).isEmpty();
  }

  @Test
  void debuggersFindPdbFilesByTheirIds() {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    byte[] old = pdb(new UUID(1, 1), "for .NET 8");
    byte[] now = pdb(new UUID(1, 2), "for .NET 9");
    byte[] large = TestPdbs.portable(new UUID(1, 3), new byte[9 << 20]);
    byte[] noise = new byte[large.length - 200];
    new Random(1).nextBytes(noise);
    System.arraycopy(noise, 0, large, 200, noise.length);
    pushSymbols(
        feed,
        "1.0",
        Map.of(
            "lib/net8.0/Acme.Tools.pdb", old,
            "lib/net9.0/Acme.Tools.pdb", now,
            "lib/net9.0/de/Acme%20More.PDB", large));

    Answer answer = feed.reader().get(feed.at(asked("Acme.Tools.pdb", new UUID(1, 1)))).is(200);
    assertThat(answer.body()).isEqualTo(old);
    answer.has("Content-Type", "application/octet-stream");
    assertThat(feed.reader().get(feed.at(asked("acme.tools.pdb", new UUID(1, 2)))).body())
        .isEqualTo(now);
    String shouted = asked("ACME.TOOLS.PDB", new UUID(1, 2)).toUpperCase(Locale.ROOT);
    assertThat(feed.reader().get(feed.at(shouted)).is(200).body()).isEqualTo(now);
    String more = feed.at(asked("acme%20more.pdb", new UUID(1, 3)));
    assertThat(feed.reader().get(more).is(200).body()).isEqualTo(large);
    assertThat(feed.reader().get(more, "Range", "bytes=9000000-9000009").is(206).body())
        .isEqualTo(Arrays.copyOfRange(large, 9_000_000, 9_000_010));
    Answer head = feed.reader().head(more).is(200);
    head.has("Content-Length", Integer.toString(large.length));
    feed.reader().get(more, "If-None-Match", head.header("ETag").orElseThrow()).is(304);
  }

  @Test
  void whatIsNoneIsNotFound() {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", pdb(new UUID(1, 1), "x")));
    feed.reader().get(feed.at(asked("a.pdb", new UUID(1, 1)))).is(200);

    String guid = TestPdbs.guid(new UUID(1, 1));
    for (String path :
        List.of(
            asked("a.pdb", new UUID(1, 2)),
            asked("b.pdb", new UUID(1, 1)),
            "symbols/a.pdb/" + guid + "1/a.pdb",
            "symbols/a.pdb/" + guid + "/a.pdb",
            "symbols/a.pdb/" + guid + "FFFFFFFF",
            "symbols/a.pdb/" + guid + "FFFFFFFF/b.pdb",
            "symbols/a.pdb/" + guid + "FFFFFFFF/a.pd_",
            "symbols/a.pdb/..%2F..%2Fpackages/a.pdb",
            "symbols/index2.txt",
            "symbols/pingme.txt")) {
      feed.reader().get(feed.at(path)).is(404);
    }
    feed().reader().get(feed.at(asked("a.pdb", new UUID(1, 1)))).is(403);
  }

  @Test
  void theChecksumOfTheAssemblyDecides() {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    UUID guid = new UUID(1, 1);
    feed.publish(identity("acme.tools", "2.0.0"), Packages.sound("Acme.Tools", "2.0.0"));
    byte[] one = pdb(guid, "one");
    byte[] two = pdb(guid, "two");
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", one));
    pushSymbols(feed, "2.0.0", Map.of("a.pdb", two));

    String path = feed.at(asked("a.pdb", guid));
    for (byte[] each : List.of(one, two)) {
      String sum = TestPdbs.checksum(each);
      for (String header :
          List.of(
              "SHA256:" + sum,
              "sha256: " + sum.toUpperCase(Locale.ROOT),
              "SHA1:00;SHA256:" + sum)) {
        assertThat(feed.reader().get(path, "SymbolChecksum", header).is(200).body())
            .isEqualTo(each);
      }
    }
    feed.reader().get(path, "SymbolChecksum", "SHA256:" + "0".repeat(64)).is(404);
    feed.reader().get(path, "SymbolChecksum", "SHA384:00").is(200);
    feed.reader().get(path, "SymbolChecksum", "nonsense").is(200);
  }

  /** As its package: nobody sees what is not signed, and readers only what they may read. */
  @Test
  void aPdbIsSeenWithItsPackage() {
    Feed feed = feed("{\"deletePackages\":true}");
    feed.push(PACKAGE).is(202);
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", pdb(new UUID(1, 1), "x")));
    String path = feed.at(asked("a.pdb", new UUID(1, 1)));
    feed.reader().get(path).isRefused(404, "no such symbols");

    feed.sign(TOOLS);
    feed.reader().get(path).is(200);
    anonymous().get(path).is(401);
    feed().reader().get(path).is(403);
    feed.configure("\"nuget\":{\"anonymousRead\":true,\"deletePackages\":true}");
    anonymous().get(path).is(200);

    feed.pusher().delete(feed.at("package/Acme.Tools/1.0")).is(204);
    feed.reader().get(path).isRefused(404, "no such symbols");
    assertThat(keys("nuget/" + feed.name + "/pdbs/")).isEmpty();
    assertThat(symbols(feed)).isEmpty();
  }

  @Test
  void aPdbOfTwoVersionsStaysWithOne() {
    Feed feed = feed("{\"deletePackages\":true}");
    feed.publish(TOOLS, PACKAGE);
    feed.publish(identity("acme.tools", "1.0.1"), Packages.sound("Acme.Tools", "1.0.1"));
    byte[] same = pdb(new UUID(1, 1), "x");
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", same));
    pushSymbols(feed, "1.0.1", Map.of("a.pdb", same));

    feed.pusher().delete(feed.at("package/acme.tools/1.0.0")).is(204);

    assertThat(feed.reader().get(feed.at(asked("a.pdb", new UUID(1, 1)))).is(200).body())
        .isEqualTo(same);
  }

  @Test
  void replacedPdbFilesAreForgotten() {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    byte[] kept = pdb(new UUID(1, 2), "kept");
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", pdb(new UUID(1, 1), "x"), "b.pdb", kept));
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", pdb(new UUID(1, 3), "y"), "b.pdb", kept));

    feed.reader().get(feed.at(asked("a.pdb", new UUID(1, 1)))).is(404);
    feed.reader().get(feed.at(asked("b.pdb", new UUID(1, 2)))).is(200);
    feed.reader().get(feed.at(asked("a.pdb", new UUID(1, 3)))).is(200);
    assertThat(keys("nuget/" + feed.name + "/pdbs/")).hasSize(2);
  }

  @Test
  void aDamagedPdbIsNotHandedOut() {
    Feed feed = feed();
    feed.publish(TOOLS, PACKAGE);
    byte[] pdb = pdb(new UUID(1, 1), "x");
    pushSymbols(feed, "1.0.0", Map.of("a.pdb", pdb));
    Part part = symbols(feed).orElseThrow().pdbs().get(0).upload().parts().get(0);
    String key = ObjectKeys.content(part.sha256(), part.upload());
    store.delete(key);
    store.create(key, new byte[pdb.length]);

    feed.reader().get(feed.at(asked("a.pdb", new UUID(1, 1)))).is(500);
  }
}
