package dev.countermark.gateway.swift;

import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.gateway.swift.view.ReleaseView;
import dev.countermark.gateway.swift.view.Releases;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Values of {@code Link}. Clients split them at every comma and semicolon and take links with
 * exactly two fields, manifests with exactly four.
 *
 * @see "swift reference, section 1.2"
 */
final class Links {
  /** What survives being split. */
  private static final Pattern PLAIN = Pattern.compile("[!-~&&[^,;<>\"]]{1,2000}");

  private Links() {}

  /** Of a package: its latest version and where its source code is. */
  static List<String> ofPackage(SwiftAddresses at, Releases releases) {
    List<String> links = new ArrayList<>();
    Optional<ReleaseView> latest = releases.latest();
    latest.ifPresent(r -> links.add(link(at.release(r), "latest-version")));
    for (String source : latest.map(ReleaseView::sources).orElse(List.of())) {
      if (PLAIN.matcher(source).matches()) {
        boolean first = links.stream().noneMatch(l -> l.endsWith("\"canonical\""));
        links.add(link(source, first ? "canonical" : "alternate"));
      }
    }
    return links;
  }

  /** Of a release: the versions around it. */
  static List<String> ofRelease(SwiftAddresses at, Releases releases, ReleaseView release) {
    List<String> links = new ArrayList<>();
    releases.latest().ifPresent(r -> links.add(link(at.release(r), "latest-version")));
    releases
        .successor(release.version())
        .ifPresent(r -> links.add(link(at.release(r), "successor-version")));
    releases
        .predecessor(release.version())
        .ifPresent(r -> links.add(link(at.release(r), "predecessor-version")));
    return links;
  }

  /**
   * Of a manifest: the other ones.
   *
   * @param manifest address of the unqualified one
   */
  static List<String> ofManifests(String manifest, List<SignedManifest> alternates) {
    return alternates.stream()
        .map(
            a ->
                "<"
                    + manifest
                    + "?swift-version="
                    + a.toolsVersion()
                    + ">; rel=\"alternate\"; filename=\""
                    + a.file()
                    + "\"; swift-tools-version=\""
                    + a.toolsVersion()
                    + "\"")
        .toList();
  }

  private static String link(String address, String relation) {
    return "<" + address + ">; rel=\"" + relation + "\"";
  }
}
