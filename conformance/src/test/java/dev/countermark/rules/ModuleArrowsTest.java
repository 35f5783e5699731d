package dev.countermark.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

/**
 * Which module may name which in its pom, tests apart. A module sees only what its pom names, so
 * this is the direction of all dependencies; whoever adds an arrow says here why there is one.
 *
 * <p>Stops a service that uses another's classes, and a format that uses another format. Seen
 * failing: signer-nuget with format-swift among its dependencies.
 */
class ModuleArrowsTest {
  /** From a module to the modules that it may name; the first that matches counts. */
  private static final List<Map.Entry<String, String>> ARROWS =
      List.of(
          Map.entry("contracts", ""),
          Map.entry("formats/(zip|tar|openpgp|certificates)", ""),
          Map.entry("formats/[a-z]+", "contracts|formats/(zip|tar|openpgp|certificates)"),
          Map.entry("(fair-turns|readiness|tracing)", ""),
          Map.entry("blob-store", "contracts"),
          // Which keys there must be is noted beside what they sign.
          Map.entry("key-client", "contracts|blob-store"),
          Map.entry("signing-worker", "contracts|fair-turns"),
          // Formats for their ServiceLoader entries: purposes are theirs. No class of them is
          // named.
          Map.entry("key-service", "contracts|blob-store|key-client|readiness|tracing|formats/.*"),
          Map.entry(
              "signer-service/app",
              "contracts|blob-store|key-client|signing-worker|signer-service|signer-[a-z]+"),
          // The zip core for one interface: uploads are read where they lie, as archives are.
          Map.entry(
              "signer-service",
              "contracts|formats/zip|blob-store|key-client|readiness|signing-worker|tracing"),
          Map.entry(
              "signer-(?<format>[a-z]+)",
              "contracts|blob-store|key-client|signing-worker|signer-service"
                  + "|formats/(zip|tar|openpgp|certificates|${format})"),
          // What all edges are made of, then one edge, then what puts them together.
          Map.entry("upload-gateway/kit", "contracts|fair-turns|blob-store|key-client"),
          Map.entry(
              "upload-gateway(/app)?",
              "contracts|formats/.*|blob-store|key-client|readiness|tracing|upload-gateway/.*"),
          Map.entry(
              "upload-gateway/(?<format>[a-z]+)",
              "contracts|blob-store|key-client|upload-gateway/kit"
                  + "|formats/(zip|tar|openpgp|certificates|${format})"),
          Map.entry("standalone/(store|parent-watch)", ""),
          Map.entry("standalone/broker", "contracts"),
          Map.entry("(standalone|ctl)", "contracts|formats/.*"),
          Map.entry("testkit", "contracts|standalone/(broker|store|parent-watch)"),
          Map.entry("bench", "contracts|formats/.*|blob-store|testkit"),
          // The launcher starts what is broken.
          Map.entry("faults", "contracts|formats/.*|blob-store|testkit|standalone"),
          Map.entry("conformance/echo/key-service", "contracts|key-service"),
          Map.entry("conformance/echo/gateway", "contracts|upload-gateway/app"),
          Map.entry(
              "conformance/echo/signer", "contracts|formats/certificates|signer-service(/app)?"),
          Map.entry("conformance", ""));

  @Test
  void everyModuleNamesOnlyWhatItMay() throws Exception {
    Map<String, Element> poms = poms();
    Map<String, String> modules = new HashMap<>();
    poms.forEach((module, pom) -> modules.put(text(pom, "artifactId"), module));
    List<String> wrong = new ArrayList<>();
    int arrows = 0;
    for (Map.Entry<String, Element> pom : poms.entrySet()) {
      String allowed = allowed(pom.getKey());
      for (String artifact : dependencies(pom.getValue())) {
        arrows++;
        if (!modules.get(artifact).matches(allowed)) {
          wrong.add(pom.getKey() + " -> " + modules.get(artifact));
        }
      }
    }
    assertThat(wrong).isEmpty();
    // A rule over nothing always holds.
    assertThat(arrows).isGreaterThan(30);
  }

  private static String allowed(String module) {
    for (Map.Entry<String, String> arrow : ARROWS) {
      Matcher from = Pattern.compile(arrow.getKey()).matcher(module);
      if (from.matches()) {
        boolean edge = arrow.getValue().contains("${format}");
        return edge
            ? arrow.getValue().replace("${format}", from.group("format"))
            : arrow.getValue();
      }
    }
    throw new AssertionError("say in ARROWS what " + module + " may use");
  }

  /** By folder. */
  private static Map<String, Element> poms() throws Exception {
    Map<String, Element> poms = new TreeMap<>();
    for (String module : Checkout.modules()) {
      poms.put(module, read(Checkout.root().resolve(module).resolve("pom.xml")));
    }
    return poms;
  }

  private static Element read(Path pom) throws Exception {
    try (var in = Files.newInputStream(pom)) {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(in)
          .getDocumentElement();
    } catch (IOException e) {
      throw new IOException("cannot read " + pom, e);
    }
  }

  /** Our artifacts that the pom names for more than tests. */
  private static Set<String> dependencies(Element pom) {
    Set<String> artifacts = new TreeSet<>();
    for (Element all : children(pom, "dependencies")) {
      for (Element dependency : children(all, "dependency")) {
        if (text(dependency, "groupId").equals("dev.countermark")
            && !text(dependency, "scope").equals("test")) {
          artifacts.add(text(dependency, "artifactId"));
        }
      }
    }
    return artifacts;
  }

  private static String text(Element parent, String name) {
    return children(parent, name).stream().findFirst().map(Node::getTextContent).orElse("");
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    NodeList all = parent.getChildNodes();
    for (int i = 0; i < all.getLength(); i++) {
      if (all.item(i) instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }
}
