package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.gateway.swift.SwiftClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused says why and what to do, and leaves nothing behind. */
@QuarkusTest
class BadPublishTest extends SwiftTestBase {
  private static final String PATH = "mona/LinkedList/1.1.1";

  private void refused(Registry registry, String path, Form form, int status, String why) {
    TreeSet<String> before = keys("");

    Answer answer = registry.publish(path, form);

    answer.isRefused(status, why);
    assertThat(answer.json().path("detail").asText()).endsWith(".");
    assertThat(keys("")).isEqualTo(before);
    assertThat(registry.announced()).isEmpty();
  }

  private static Arguments row(String what, byte[] zip, String why) {
    return Arguments.of(what, zip, why);
  }

  private static byte[] with(Consumer<TestArchives> change) {
    TestArchives archive = SwiftSamples.archive();
    change.accept(archive);
    return archive.bytes();
  }

  private static byte[] manifest(byte[] content) {
    TestArchives archive = new TestArchives();
    archive.stored("lib/Package.swift", content);
    return archive.bytes();
  }

  static Stream<Arguments> badArchives() {
    byte[] sound = SwiftSamples.archive().bytes();
    return Stream.of(
        row("no zip", utf8("not a zip at all"), "archive"),
        row("empty", new byte[0], "archive"),
        row("cut off", Arrays.copyOf(sound, sound.length - 30), "archive"),
        row("two roots", with(a -> SwiftSamples.file(a, "__MACOSX/x", "x")), "__MACOSX"),
        row("flat", Archives.zip(Map.of("Package.swift", Archives.manifest("5.9"))), ""),
        row("no manifest", Archives.zip(Map.of("lib/README.md", "x")), "Package.swift"),
        row("slip", with(a -> SwiftSamples.file(a, "acme.Lib/../../x", "x")), ".."),
        row("absolute", with(a -> SwiftSamples.file(a, "/etc/x", "x")), "/etc/x"),
        row("case", with(a -> SwiftSamples.file(a, "acme.Lib/readme.MD", "x")), "readme.MD"),
        row("link", with(a -> SwiftSamples.link(a, "acme.Lib/out", "../../etc")), "out"),
        row("BOM", manifest(utf8("\ufeff" + Archives.manifest("5.9"))), "byte order mark"),
        row("not UTF-8", manifest(new byte[] {'/', '/', (byte) 0xff, '\n'}), "UTF-8"),
        row("no tools version", manifest(utf8("let a = 1\n")), "Package.swift"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badArchives")
  void archivesThatNotEveryClientUnpacksAreRefused(String what, byte[] zip, String why) {
    refused(registry(), PATH, Form.archive(zip), 422, why);
  }

  @Test
  void aDiskThatCannotBeWrittenIsNoFaultOfTheArchive() throws IOException {
    Registry registry = registry();
    refused(registry, PATH, Form.archive(new byte[10]), 422, ""); // makes the folder
    Path spool = Path.of("target", "spool");
    Path away = Files.move(spool, spool.resolveSibling(spool.getFileName() + "-away"));
    try {
      refused(
          registry,
          PATH,
          Form.archive(SwiftSamples.archive().bytes()),
          503,
          "cannot receive a package right now");
    } finally {
      Files.move(away, spool);
    }
  }

  @Test
  void aBombIsRefused() {
    TestArchives bomb = SwiftSamples.archive();
    bomb.deflated("acme.Lib/zeros", new byte[8 << 20]);
    refused(registry(), PATH, Form.archive(bomb.bytes()), 422, "zeros");
  }

  @Test
  void whatIsTooLargeIsRefused() {
    Registry registry = registry();
    byte[] noise = new byte[11 << 20];
    new Random(1).nextBytes(noise);
    refused(registry, PATH, Form.archive(noise), 413, "source-archive may have at most 10 MiB");
    refused(
        registry,
        PATH,
        Form.archive(Archives.sound()).metadata("x".repeat(70_000)),
        413,
        "metadata may have at most 64 KiB");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{",
        "\"x\"",
        "",
        "{\"author\":{\"email\":\"x@y\"}}",
        "{\"author\":\"mona\"}",
        "{\"repositoryURLs\":\"https://x/y\"}",
        "{\"originalPublicationTime\":\"yesterday\"}",
        "{\"licenseURL\":7}"
      })
  void metadataThatClientsCannotDecodeIsRefused(String metadata) {
    refused(registry(), PATH, Form.archive(Archives.sound()).metadata(metadata), 422, "metadata");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mona/LinkedList/v1.1.1",
        "mona/LinkedList/1.1",
        "mona/LinkedList/01.1.1",
        "mona/LinkedList/1.1.1-a.zip",
        "mona/LinkedList/1.1.1.zip",
        "mona/LinkedList/1.1.1-a.JSON",
        "login/LinkedList/1.1.1",
        "Identifiers/LinkedList/1.1.1",
        "mona-/LinkedList/1.1.1",
        "mona/Linked__List/1.1.1",
        "mona/Linked.List/1.1.1"
      })
  void badNamesAreRefused(String path) {
    refused(registry(), path, Form.archive(Archives.sound()), 422, "");
  }

  @Test
  void releasesArePublishedAtTheirAddressOnly() {
    Registry registry = registry();
    for (String path :
        List.of("mona/LinkedList", "login", "identifiers", PATH + "/Package.swift")) {
      refused(registry, path, Form.archive(Archives.sound()), 405, "scope/name/version");
    }
    registry.publish("a/b/c/d/e", Form.archive(Archives.sound())).isRefused(404, "address");
  }

  @Test
  void bodiesThatAreNoFormAreRefused() {
    Registry registry = registry();
    Form form = Form.archive(Archives.sound());
    String type = form.contentType();
    Answer zip =
        registry.pusher.send("PUT", registry.at(PATH), form.bytes(), "Content-Type", "a/zip");
    zip.isRefused(415, "multipart/form-data");
    registry
        .pusher
        .send("PUT", registry.at(PATH), utf8("nothing"), "Content-Type", type)
        .isRefused(422, "source-archive");
    registry
        .pusher
        .send(
            "PUT",
            registry.at(PATH),
            Arrays.copyOf(form.bytes(), form.bytes().length - 20),
            "Content-Type",
            type)
        .isRefused(400, "multipart");
    registry
        .publish(PATH, form, "Accept", "application/vnd.swift.registry.v2+json")
        .isRefused(415, "version 1");
    assertThat(registry.record(identity("mona.linkedlist", "1.1.1"))).isEmpty();
  }
}
