package dev.countermark.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The objects of Kubernetes below {@code deploy/k8s}, as data. */
record Manifests(List<JsonNode> objects) {
  static final String NAME = "app.kubernetes.io/name";
  private static final String KUSTOMIZATION = "kustomization.yaml";
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final YAMLMapper YAML = new YAMLMapper();

  static Path root() {
    return Checkout.root().resolve("deploy").resolve("k8s");
  }

  /**
   * What an overlay makes of the base, or a skipped test without {@code kubectl} and OpenSSL.
   *
   * @param work an empty folder, for a copy with secrets of its own
   * @param overlay such as {@code overlays/single-node}
   */
  static Manifests rendered(Path work, String overlay) throws IOException {
    Client.require("openssl");
    copy(root(), work);
    run(
        work,
        root().resolveSibling("secrets").resolve("make").toString(),
        work.resolve("overlays/single-node/secrets").toString());
    return kustomized(work, overlay);
  }

  /**
   * What an overlay of a copy makes, or a skipped test without {@code kubectl}.
   *
   * @param copy of {@link #root}
   */
  static Manifests kustomized(Path copy, String overlay) throws IOException {
    Client kubectl = Client.require("kubectl");
    return parse(run(copy, kubectl.program().toString(), "kustomize", overlay).output());
  }

  /** As they stand in files, before any overlay changes them; for where there is no kubectl. */
  static Manifests written(String... folders) throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (String folder : folders) {
      for (Path file : files(root().resolve(folder), ".yaml")) {
        if (!file.endsWith(KUSTOMIZATION)) {
          objects.addAll(parse(Files.readString(file)).objects());
        }
      }
    }
    return new Manifests(objects);
  }

  static List<JsonNode> kustomizations() throws IOException {
    List<JsonNode> found = new ArrayList<>();
    for (Path file : files(root(), KUSTOMIZATION)) {
      found.addAll(parse(Files.readString(file)).objects());
    }
    return found;
  }

  static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(f -> Files.isRegularFile(f) && f.toString().endsWith(ending))
          .sorted()
          .toList();
    }
  }

  private static Command.Result run(Path work, String... command) {
    return Command.run(work, Map.of(), LIMIT, List.of(command)).succeeded();
  }

  /** With files in place of links, and without secrets that somebody made in the checkout. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : all.filter(f -> !f.toString().contains("/secrets/")).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    }
  }

  static Manifests parse(String text) throws IOException {
    try (MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(text)) {
      return new Manifests(documents.readAll());
    }
  }

  List<JsonNode> of(String... kinds) {
    Set<String> wanted = Set.of(kinds);
    return objects.stream().filter(o -> wanted.contains(o.path("kind").asText())).toList();
  }

  /** Those with pods. */
  List<JsonNode> workloads() {
    return of("Deployment", "StatefulSet");
  }

  static String name(JsonNode object) {
    return object.at("/metadata/name").asText();
  }

  /** What kind of pod a selector means; empty for all. */
  static String selected(JsonNode selector) {
    return selector.at("/matchLabels").path(NAME).asText();
  }

  static Stream<JsonNode> each(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  static List<String> texts(JsonNode list) {
    return each(list).map(JsonNode::asText).toList();
  }
}
