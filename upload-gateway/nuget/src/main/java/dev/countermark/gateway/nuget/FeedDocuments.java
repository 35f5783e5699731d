package dev.countermark.gateway.nuget;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Json;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.nuget.metadata.Nuspec.Dependency;
import dev.countermark.format.nuget.metadata.Nuspec.DependencyGroup;
import dev.countermark.gateway.nuget.view.Description;
import dev.countermark.gateway.nuget.view.Found;
import dev.countermark.gateway.nuget.view.PackageVersions;
import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import dev.countermark.gateway.nuget.view.VersionView;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * The JSON that clients read about packages.
 *
 * @see "nuget reference, sections 6.4 to 6.6"
 */
final class FeedDocuments {
  /** From so many versions on, the registration index refers to pages instead of holding them. */
  private static final int INLINE_BELOW = 128;

  private static final int PAGE = 64;

  /** So many would have to be published while somebody reads: else nobody was given the address. */
  private static final int MOST_IN_PAGE = 16 * PAGE;

  private static final Instant UNLISTED = Instant.parse("1900-01-01T00:00:00Z");

  private final FeedAddresses at;
  private final LongConsumer memory;
  private final JsonNodeFactory json = JsonNodeFactory.instance;

  FeedDocuments(FeedAddresses at) {
    this(at, bytes -> {});
  }

  /**
   * @param memory told of what a registration says in full before it is made: an eighth of what
   *     that takes
   */
  FeedDocuments(FeedAddresses at, LongConsumer memory) {
    this.at = at;
    this.memory = memory;
  }

  /** An eighth of what a list of versions takes while it is made. */
  static long memoryOfList(PackageVersions versions) {
    return versions.ascending().size() * 32L;
  }

  /** Of the flat container: every version that can be downloaded. */
  byte[] versions(PackageVersions versions) {
    ObjectNode document = json.objectNode();
    ArrayNode all = document.putArray("versions");
    versions.ascending().forEach(v -> all.add(v.identity().version()));
    return Json.write(document);
  }

  // ---- registration ---------------------------------------------------------------------------

  byte[] registration(String hive, String lowerId, PackageVersions versions) {
    List<VersionView> all = versions.ascending();
    String base = at.registration(hive) + "/" + lowerId;
    ObjectNode document = json.objectNode();
    document.put("@id", base + "/index.json");
    document.putArray("@type").add("catalog:CatalogRoot").add("PackageRegistration");
    memory.accept(memoryOfList(versions));
    ArrayNode pages = json.arrayNode();
    for (int from = 0; from < all.size(); from += PAGE) {
      List<VersionView> page = all.subList(from, Math.min(from + PAGE, all.size()));
      ObjectNode node = page(base, page);
      if (all.size() < INLINE_BELOW) {
        node.put("@id", base + "/index.json#page/" + range(page));
        node.set("items", leaves(hive, page));
      }
      pages.add(node);
    }
    document.put("count", pages.size());
    document.set("items", pages);
    return Json.write(document);
  }

  /**
   * The versions of a page. Its address names the first and the last of them as the index saw them:
   * when versions came or went meanwhile, the pages have other borders, and whoever read the index
   * before still finds all that is between those two.
   *
   * @param range {@code lower/upper} as in the page's address
   */
  Optional<byte[]> registrationPage(
      String hive, String lowerId, String range, PackageVersions versions) {
    int slash = range.indexOf('/');
    Optional<NuGetVersion> lower = NuGetVersion.parse(range.substring(0, slash));
    Optional<NuGetVersion> upper = NuGetVersion.parse(range.substring(slash + 1));
    if (lower.isEmpty() || upper.isEmpty()) {
      return Optional.empty();
    }
    List<VersionView> page =
        versions
            .only(
                v ->
                    v.version().compareTo(lower.get()) >= 0
                        && v.version().compareTo(upper.get()) <= 0)
            .ascending();
    if (page.isEmpty() || page.size() > MOST_IN_PAGE) {
      return Optional.empty();
    }
    String base = at.registration(hive) + "/" + lowerId;
    ObjectNode node = page(base, page);
    node.put("@id", base + "/page/" + range + ".json");
    node.put("parent", base + "/index.json");
    node.set("items", leaves(hive, page));
    return Optional.of(Json.write(node));
  }

  private static String range(List<VersionView> page) {
    return page.get(0).identity().version() + "/" + page.get(page.size() - 1).identity().version();
  }

  private ObjectNode page(String base, List<VersionView> page) {
    ObjectNode node = json.objectNode();
    node.put("@id", base + "/page/" + range(page) + ".json");
    node.put("@type", "catalog:CatalogPage");
    node.put("count", page.size());
    node.put("lower", page.get(0).version().normalized());
    node.put("upper", page.get(page.size() - 1).version().normalized());
    return node;
  }

  private ArrayNode leaves(String hive, List<VersionView> page) {
    // A tree, its text, and that compressed, of what a nuspec says.
    memory.accept(page.stream().mapToLong(VersionView::weight).sum() / 2);
    ArrayNode leaves = json.arrayNode();
    for (VersionView version : page) {
      ObjectNode leaf = leaves.addObject();
      leaf.put("@id", leaf(hive, version.identity().toString()));
      leaf.put("@type", "Package");
      leaf.set("catalogEntry", catalogEntry(hive, version));
      leaf.put("packageContent", content(version));
      leaf.put(
          "registration", at.registration(hive) + "/" + version.identity().id() + "/index.json");
    }
    return leaves;
  }

  byte[] registrationLeaf(String hive, VersionView version) {
    ObjectNode leaf = json.objectNode();
    leaf.put("@id", leaf(hive, version.identity().toString()));
    leaf.putArray("@type").add("Package");
    leaf.put("catalogEntry", leaf(hive, version.identity().toString()) + "#entry");
    leaf.put("listed", version.listed());
    leaf.put("packageContent", content(version));
    leaf.put("published", published(version));
    leaf.put("registration", at.registration(hive) + "/" + version.identity().id() + "/index.json");
    return Json.write(leaf);
  }

  /**
   * @param identity {@code id/version}
   */
  private String leaf(String hive, String identity) {
    return at.registration(hive) + "/" + identity + ".json";
  }

  private String content(VersionView version) {
    return files(version.identity().toString())
        + "/"
        + version.identity().id()
        + "."
        + version.identity().version()
        + ".nupkg";
  }

  private String files(String identity) {
    return at.flat() + "/" + identity;
  }

  private static String published(VersionView version) {
    return (version.listed() ? version.published() : UNLISTED).toString();
  }

  private ObjectNode catalogEntry(String hive, VersionView version) {
    Nuspec nuspec = version.nuspec();
    ObjectNode entry = json.objectNode();
    entry.put("@id", leaf(hive, version.identity().toString()) + "#entry");
    entry.put("@type", "PackageDetails");
    entry.put("id", nuspec.id().value());
    entry.put("version", nuspec.version().full());
    describe(entry, version.identity().toString(), Description.of(version));
    entry.put("authors", nuspec.authors());
    nuspec.language().ifPresent(v -> entry.put("language", v));
    nuspec.minClientVersion().ifPresent(v -> entry.put("minClientVersion", v));
    nuspec
        .license()
        .filter(l -> !l.file())
        .ifPresent(l -> entry.put("licenseExpression", l.value()));
    if (version.hasReadme()) {
      entry.put("readmeUrl", files(version.identity().toString()) + "/readme");
    }
    entry.put("requireLicenseAcceptance", nuspec.requireLicenseAcceptance());
    entry.put("listed", version.listed());
    entry.put("published", published(version));
    entry.put("packageContent", content(version));
    entry.put("packageSize", version.size());
    entry.put("packageHash", version.contentHash());
    entry.put("packageHashAlgorithm", "SHA512");
    ArrayNode groups = entry.putArray("dependencyGroups");
    nuspec.groups().forEach(g -> groups.add(group(hive, g)));
    return entry;
  }

  private ObjectNode group(String hive, DependencyGroup group) {
    ObjectNode node = json.objectNode();
    group.targetFramework().ifPresent(f -> node.put("targetFramework", f));
    if (!group.dependencies().isEmpty()) {
      ArrayNode dependencies = node.putArray("dependencies");
      for (Dependency dependency : group.dependencies()) {
        ObjectNode each = dependencies.addObject();
        each.put("id", dependency.id().value());
        each.put("range", dependency.range().normalized());
        each.put(
            "registration", at.registration(hive) + "/" + dependency.id().lower() + "/index.json");
      }
    }
    return node;
  }

  private void describe(ObjectNode node, String identity, Description description) {
    node.put("description", description.description());
    node.put("summary", description.summary());
    node.put("title", description.title());
    ArrayNode tags = node.putArray("tags");
    description.tags().forEach(tags::add);
    if (description.hasIcon()) {
      node.put("iconUrl", files(identity) + "/icon");
    } else {
      description.iconUrl().ifPresent(v -> node.put("iconUrl", v));
    }
    if (description.hasLicense()) {
      node.put("licenseUrl", files(identity) + "/license");
    } else {
      description.licenseUrl().ifPresent(v -> node.put("licenseUrl", v));
    }
    description.projectUrl().ifPresent(v -> node.put("projectUrl", v));
  }

  // ---- search ---------------------------------------------------------------------------------

  byte[] search(String hive, String owner, Results results) {
    ObjectNode document = json.objectNode();
    document.put("totalHits", results.total());
    ArrayNode data = document.putArray("data");
    for (Found found : results.page()) {
      Description latest = found.latest();
      ObjectNode node = data.addObject();
      String registration = at.registration(hive) + "/" + found.lowerId() + "/index.json";
      node.put("@id", registration);
      node.put("@type", "Package");
      node.put("registration", registration);
      node.put("id", latest.id());
      node.put("version", found.last().full());
      describe(node, found.lowerId() + "/" + found.last().version(), latest);
      node.putArray("authors").add(latest.authors());
      node.putArray("owners").add(owner);
      node.put("totalDownloads", 0);
      node.put("verified", false);
      ArrayNode types = node.putArray("packageTypes");
      latest.packageTypes().forEach(t -> types.addObject().put("name", t));
      ArrayNode versions = node.putArray("versions");
      for (Found.Version version : found.versions()) {
        versions
            .addObject()
            .put("@id", leaf(hive, found.lowerId() + "/" + version.version()))
            .put("version", version.full())
            .put("downloads", 0);
      }
    }
    return Json.write(document);
  }

  byte[] ids(Results results) {
    ObjectNode document = json.objectNode();
    document.put("totalHits", results.total());
    ArrayNode data = document.putArray("data");
    results.page().forEach(f -> data.add(f.latest().id()));
    return Json.write(document);
  }

  byte[] versionsOf(PackageVersions versions) {
    ObjectNode document = json.objectNode();
    ArrayNode data = document.putArray("data");
    versions.ascending().forEach(v -> data.add(v.version().full()));
    return Json.write(document);
  }
}
