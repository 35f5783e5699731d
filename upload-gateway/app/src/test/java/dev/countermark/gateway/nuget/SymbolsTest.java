package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.Records;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.SymbolsRecord;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Optional;
import java.util.TreeSet;
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

    feed.pusher().push(feed.at("symbols"), PACKAGE).isRefused(400, "no such file");
    feed.pusher().push(feed.at("symbols"), new byte[100]).isRefused(400, "");
    feed.pusher()
        .send("PUT", feed.at("symbols"), SYMBOLS, "Content-Type", "application/octet-stream")
        .isRefused(400, "multipart/form-data");

    assertThat(keys()).isEqualTo(before);
    feed.reader().get(feed.at("symbols")).isRefused(405, "nothing to read");
  }
}
