package dev.countermark.gateway.swift;

import dev.countermark.blobs.PiecedFiles;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.identity.ToolsVersion;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import dev.countermark.gateway.swift.view.ReleaseView;
import dev.countermark.gateway.swift.view.Releases;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What clients read: lists, releases, manifests, archives, and packages by their source address.
 */
final class ReleaseReads {
  private static final String SIGNATURE = "X-Swift-Package-Signature";
  private static final String MANIFEST = "Package.swift";
  private static final String ZIP = "application/zip";

  /** An eighth of what a release takes while a list is made, bytes. */
  private static final long EACH = 64;

  /** A signature may be made anew; an archive never changes but by an operator's will. */
  private static final String FIXED = "public, max-age=600, immutable";

  private final Integrity integrity;
  private final ReleaseIndex index;
  private final PiecedFiles files;
  private final LongConsumer memory;

  /**
   * @param memory told of what a list is made of before it is; an eighth of what that takes
   */
  ReleaseReads(Integrity integrity, ReleaseIndex index, PiecedFiles files, LongConsumer memory) {
    this.memory = memory;
    this.integrity = integrity;
    this.index = index;
    this.files = files;
  }

  Response releases(SwiftRequest request) {
    Releases releases =
        index.find(
            request.name(), request.route().packageId().orElseThrow(ReleaseReads::noPackage));
    if (releases.isEmpty()) {
      throw noPackage();
    }
    memory.accept(releases.ascending().size() * EACH);
    return SwiftAnswers.json(
        request,
        RegistryDocuments.releases(request.at(), releases),
        Links.ofPackage(request.at(), releases));
  }

  private static Failed noPackage() {
    return SwiftDialect.notFound("The registry has no such package.");
  }

  /** The release that is asked for, which is available. */
  private ReleaseRecord stored(SwiftRequest request) {
    String key = SwiftKeys.release(request.name(), request.identity());
    ReleaseRecord release =
        integrity.read(key, ReleaseRecord.class).orElseThrow(SwiftDialect::noRelease);
    if (release.state() == State.DELETED) {
      throw new Failed(410, "This release was withdrawn: use another version.");
    }
    if (release.state() != State.AVAILABLE) {
      throw SwiftDialect.noRelease();
    }
    return release;
  }

  /** One that is handed out as it is; what the archive says of itself would be of no use else. */
  private ReleaseRecord right(SwiftRequest request) {
    ReleaseRecord release = stored(request);
    String key = SwiftKeys.release(request.name(), request.identity());
    if (integrity.isHeld(key, release.parts().toList())) {
      integrity.require(key, release.parts().toList(), false);
    }
    return release;
  }

  Response release(SwiftRequest request) {
    ReleaseRecord release = right(request);
    Releases all = index.find(request.name(), release.identity().id());
    Optional<ReleaseView> own = all.find(release.identity());
    if (own.filter(ReleaseView::isOffered).isEmpty()) {
      // Who sees the release finds it in the list, too.
      index.changed(request.name(), release.identity());
      all = index.find(request.name(), release.identity().id());
      own = all.find(release.identity());
    }
    return SwiftAnswers.json(
        request,
        RegistryDocuments.release(release),
        own.isPresent() ? Links.ofRelease(request.at(), all, own.get()) : List.of());
  }

  Response manifest(SwiftRequest request) {
    ReleaseRecord release = stored(request);
    List<SignedManifest> alternates = new ArrayList<>();
    SignedManifest main = null;
    for (SignedManifest manifest : release.signed().orElseThrow().manifests()) {
      if (manifest.file().equals(MANIFEST)) {
        main = manifest;
      } else {
        alternates.add(manifest);
      }
    }
    String wanted = request.parameter("swift-version");
    if (wanted != null) {
      return alternate(request, release, alternates, wanted);
    }
    if (main == null) {
      throw new IllegalStateException("a release without Package.swift: " + release.identity());
    }
    Response.ResponseBuilder response = manifest(request, main);
    SwiftAnswers.links(response, Links.ofManifests(request.at().manifest(release), alternates));
    return response.build();
  }

  private static Response alternate(
      SwiftRequest request, ReleaseRecord release, List<SignedManifest> alternates, String wanted) {
    ToolsVersion version =
        ToolsVersion.parse(wanted)
            .orElseThrow(() -> new Failed(400, "swift-version is a version such as 5.9 or 6.0.3."));
    return alternates.stream()
        .filter(a -> ToolsVersion.parse(a.toolsVersion()).filter(version::equals).isPresent())
        .findFirst()
        .map(a -> manifest(request, a).build())
        .orElseGet(
            () ->
                Response.status(303)
                    .header(HttpHeaders.LOCATION, request.at().manifest(release))
                    .header(SwiftAnswers.CONTENT_VERSION, "1")
                    .header(HttpHeaders.CACHE_CONTROL, request.caching(SwiftAnswers.CHECKED))
                    .build());
  }

  private static Response.ResponseBuilder manifest(SwiftRequest request, SignedManifest manifest) {
    return SwiftAnswers.document(request, manifest.content().toArray(), "text/x-swift", FIXED)
        .header("Content-Disposition", attachment(manifest.file()));
  }

  private static String attachment(String file) {
    return "attachment; filename=\"" + file + "\"";
  }

  Response archive(SwiftRequest request) {
    ReleaseRecord release = stored(request);
    SignedRelease signed = release.signed().orElseThrow();
    if (!request.head() && !new EntityTag(signed.sha256()).isHeldBy(request.headers())) {
      integrity.require(
          SwiftKeys.release(request.name(), request.identity()),
          release.parts().toList(),
          request.header("Range").isPresent());
    }
    byte[] sha256 = HexFormat.of().parseHex(signed.sha256());
    return FileAnswers.answer(
            request.headers(),
            request.head(),
            signed.size(),
            signed.sha256(),
            (first, length) -> files.open(release.upload(), signed.archive(), first, length))
        .type(ZIP)
        .header(SwiftAnswers.CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, request.caching(FIXED))
        .header(
            "Content-Disposition",
            attachment(release.name() + "-" + release.identity().version() + ".zip"))
        .header("Digest", "sha-256=" + Base64.getEncoder().encodeToString(sha256))
        .header(ReleaseWrites.SIGNATURE_FORMAT, RegistryDocuments.CMS)
        .header(SIGNATURE, signed.signature().toBase64())
        .build();
  }

  Response identifiers(SwiftRequest request) {
    String url = request.parameter("url");
    if (url == null || url.isBlank()) {
      throw new Failed(400, "Name a source repository: ?url=ADDRESS.");
    }
    ReleaseView found =
        index
            .ofSource(request.name(), url)
            .orElseThrow(
                () ->
                    SwiftDialect.notFound(
                        "No package of this registry says that its source code is there."));
    return SwiftAnswers.json(request, RegistryDocuments.identifiers(found), List.of());
  }
}
