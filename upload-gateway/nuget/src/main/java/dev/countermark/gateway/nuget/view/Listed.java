package dev.countermark.gateway.nuget.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The listed versions of a package as a search index keeps them: whatever a request covers is told
 * without a look at a record.
 *
 * @param versions in ascending order
 * @param latest by version: those that are the last for some request
 */
record Listed(List<Found.Version> versions, Map<String, Description> latest) {
  static Listed of(PackageVersions listed) {
    List<Found.Version> versions = listed.ascending().stream().map(Found.Version::of).toList();
    Map<String, Description> latest = new LinkedHashMap<>();
    for (SearchRequest.Scope scope : SearchRequest.Scope.ALL) {
      listed
          .only(scope::covers)
          .latest()
          .ifPresent(v -> latest.put(v.identity().version(), Description.of(v)));
    }
    return new Listed(versions, latest);
  }

  Optional<Found> in(SearchRequest.Scope scope, String lowerId) {
    List<Found.Version> covered = versions.stream().filter(scope::covers).toList();
    return covered.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Found(lowerId, covered, latest.get(covered.get(covered.size() - 1).version())));
  }
}
