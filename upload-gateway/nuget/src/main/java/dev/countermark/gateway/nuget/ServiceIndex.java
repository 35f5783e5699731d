package dev.countermark.gateway.nuget;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Json;
import java.util.ArrayList;
import java.util.List;

/**
 * What a feed offers and where.
 *
 * @see "nuget reference, section 5.2: which of the names the clients look for"
 */
final class ServiceIndex {
  static final String PLAIN = "registration";
  static final String GZIP = "registration-gz";
  static final String SEMVER2 = "registration-gz-semver2";

  /** All but the first may say that every package is signed by the repository. */
  static final List<String> SIGNATURES = List.of("4.7.0", "4.9.0", "5.0.0");

  private ServiceIndex() {}

  private record Index(String version, List<Resource> resources) {}

  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Resource(
      @JsonProperty("@id") String id, @JsonProperty("@type") String type, String comment) {}

  static byte[] document(FeedAddresses at) {
    List<Resource> resources = new ArrayList<>();
    add(resources, at.flat() + "/", "Packages by id and version", "PackageBaseAddress/3.0.0");
    add(
        resources,
        at.registration(PLAIN) + "/",
        "Metadata of packages",
        "RegistrationsBaseUrl",
        "RegistrationsBaseUrl/3.0.0-beta",
        "RegistrationsBaseUrl/3.0.0-rc");
    add(
        resources,
        at.registration(GZIP) + "/",
        "Metadata of packages, compressed",
        "RegistrationsBaseUrl/3.4.0");
    add(
        resources,
        at.registration(SEMVER2) + "/",
        "Metadata of packages, compressed, SemVer 2.0.0 included",
        "RegistrationsBaseUrl/3.6.0");
    add(
        resources,
        at.search(),
        "Search",
        "SearchQueryService",
        "SearchQueryService/3.0.0-beta",
        "SearchQueryService/3.0.0-rc",
        "SearchQueryService/3.5.0");
    add(
        resources,
        at.autocomplete(),
        "Ids and versions while they are typed",
        "SearchAutocompleteService",
        "SearchAutocompleteService/3.0.0-beta",
        "SearchAutocompleteService/3.0.0-rc",
        "SearchAutocompleteService/3.5.0");
    add(resources, at.publish(), "Push and delete", "PackagePublish/2.0.0");
    add(resources, at.symbols(), "Push symbols", "SymbolPackagePublish/4.9.0");
    add(
        resources,
        at.flat() + "/{lower_id}/{lower_version}/readme",
        "Readme of a package",
        "ReadmeUriTemplate/6.13.0");
    if (at.secure()) {
      // A client that finds these over http refuses the whole feed.
      for (String version : SIGNATURES) {
        add(
            resources,
            at.signatures(version),
            "Certificates that sign the packages",
            "RepositorySignatures/" + version);
      }
    }
    return Json.write(new Index("3.0.0", resources));
  }

  private static void add(
      List<Resource> resources, String address, String comment, String... types) {
    for (String type : types) {
      resources.add(new Resource(address, type, comment));
    }
  }
}
