package dev.countermark.gateway.nuget;

import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.format.nuget.metadata.PackageId;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.integrity.Integrity;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.nuget.view.PackageVersions;
import dev.countermark.gateway.nuget.view.SearchRequest;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/** What clients read of packages: versions, files, registrations, and what a search finds. */
final class PackageReads {
  private static final String NUPKG = ".nupkg";
  private static final String NUSPEC = ".nuspec";
  private static final int DEFAULT_TAKE = 20;
  private static final Pattern NUMBER = Pattern.compile("-?\\d+");

  /** Of more than these is more than anybody is given. */
  private static final int MAX_DIGITS = 9;

  private static final NuGetVersion SEMVER_2 = NuGetVersion.parse("2.0.0").orElseThrow();

  private final Integrity integrity;
  private final PackageFiles files;
  private final Views views;
  private final LongConsumer memory;

  /**
   * @param memory told of what documents are made of before they are; an eighth of what they and
   *     what is made on the way take
   */
  PackageReads(Integrity integrity, PackageFiles files, Views views, LongConsumer memory) {
    this.memory = memory;
    this.integrity = integrity;
    this.files = files;
    this.views = views;
  }

  private PackageVersions packageOf(FeedRequest request) {
    // What is no id names no package, and must not become part of a key that is listed.
    return PackageId.parse(request.route().id())
        .map(id -> views.packages().find(request.name(), id.lower()))
        .filter(versions -> !versions.isEmpty())
        .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
  }

  Response versions(FeedRequest request) {
    PackageVersions versions = packageOf(request);
    memory.accept(FeedDocuments.memoryOfList(versions));
    return FeedAnswers.json(request, new FeedDocuments(request.at()).versions(versions));
  }

  Response file(FeedRequest request) throws IOException {
    Identity identity = request.identity();
    VersionRecord version =
        integrity
            .read(NugetKeys.version(request.name(), identity), VersionRecord.class)
            .filter(v -> v.state() == State.AVAILABLE)
            .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
    String file = request.route().detail();
    if (isNupkg(file, identity)) {
      return nupkg(request, version);
    }
    if (file.equals(identity.id() + NUSPEC)) {
      return FeedAnswers.body(request, version.nuspec().toArray(), "application/xml").build();
    }
    if (!FeedRoute.EMBEDDED.contains(file)) {
      throw FeedDialect.notFound("The package has no such file.");
    }
    return embedded(request, version, file);
  }

  /** Its version may be written otherwise there, too. */
  private static boolean isNupkg(String file, Identity identity) {
    String begin = identity.id() + ".";
    return file.startsWith(begin)
        && file.endsWith(NUPKG)
        && file.length() > begin.length() + NUPKG.length()
        && NuGetVersion.parse(file.substring(begin.length(), file.length() - NUPKG.length()))
            .filter(version -> version.lower().equals(identity.version()))
            .isPresent();
  }

  private Response nupkg(FeedRequest request, VersionRecord version) {
    var signed = version.signed().orElseThrow().file();
    if (!request.head() && !new EntityTag(signed.etag()).isHeldBy(request.headers())) {
      requireRight(request, version);
    }
    return FileAnswers.answer(
            request.headers(),
            request.head(),
            signed.size(),
            signed.etag(),
            (first, length) -> files.open(version, first, length))
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .build();
  }

  private void requireRight(FeedRequest request, VersionRecord version) {
    integrity.require(
        NugetKeys.version(request.name(), version.identity()),
        version.parts().toList(),
        request.header("Range").isPresent());
  }

  /** Files that strangers brought: never anything that a browser would run. */
  private Response embedded(FeedRequest request, VersionRecord version, String kind)
      throws IOException {
    Optional<String> name =
        switch (kind) {
          case "icon" -> version.icon();
          case "readme" -> version.readme();
          default -> version.license();
        };
    requireRight(request, version);
    byte[] content = name.isEmpty() ? null : files.embedded(version, name.get()).orElse(null);
    if (content == null) {
      throw FeedDialect.notFound("The package has no " + kind + ".");
    }
    String type =
        switch (kind) {
          case "icon" ->
              name.get().toLowerCase(Locale.ROOT).endsWith(".png") ? "image/png" : "image/jpeg";
          case "readme" -> "text/markdown; charset=utf-8";
          default -> "text/plain; charset=utf-8";
        };
    return FeedAnswers.body(request, content, type)
        .header("Content-Security-Policy", "sandbox; default-src 'none'")
        .build();
  }

  Response registration(FeedRequest request) {
    String hive = request.route().detail();
    PackageVersions seen = packageOf(request);
    if (!hive.equals(ServiceIndex.SEMVER2)) {
      seen = seen.only(v -> !v.isSemVer2());
    }
    if (seen.isEmpty()) {
      throw FeedDialect.notFound("The feed has no such package.");
    }
    FeedDocuments documents = new FeedDocuments(request.at(), memory);
    String id = request.route().id().toLowerCase(Locale.ROOT);
    byte[] document =
        switch (request.route().kind()) {
          case REGISTRATION_INDEX -> documents.registration(hive, id, seen);
          case REGISTRATION_PAGE ->
              documents
                  .registrationPage(hive, id, request.route().version(), seen)
                  .orElseThrow(() -> FeedDialect.notFound("There is no such page."));
          default ->
              documents.registrationLeaf(
                  hive,
                  seen.find(request.identity())
                      .orElseThrow(() -> FeedDialect.notFound("There is no such version.")));
        };
    if (hive.equals(ServiceIndex.PLAIN)) {
      return FeedAnswers.json(request, document);
    }
    // These hives are compressed whatever the client accepts: that is what they are.
    return FeedAnswers.body(request, gzip(document), MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_ENCODING, "gzip")
        .build();
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(content.length / 4 + 100);
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException("writing into memory", e);
    }
    return out.toByteArray();
  }

  Response search(FeedRequest request) {
    SearchRequest wanted = searchRequest(request);
    String hive = wanted.semVer2() ? ServiceIndex.SEMVER2 : ServiceIndex.GZIP;
    return FeedAnswers.json(
        request,
        new FeedDocuments(request.at())
            .search(
                hive,
                request.name().owner(),
                views.searches().search(request.name(), wanted, memory)));
  }

  private static SearchRequest searchRequest(FeedRequest request) {
    String type = request.parameter("packageType");
    return new SearchRequest(
        request.parameter("q"),
        number(request.parameter("skip"), 0),
        number(request.parameter("take"), DEFAULT_TAKE),
        Boolean.parseBoolean(request.parameter("prerelease")),
        NuGetVersion.parse(request.parameter("semVerLevel"))
            .map(v -> v.compareTo(SEMVER_2) >= 0)
            .orElse(false),
        Optional.of(type.isEmpty() ? request.parameter("packageTypeFilter") : type)
            .filter(t -> !t.isEmpty()));
  }

  private static int number(String written, int otherwise) {
    String text = written.strip();
    if (text.isEmpty()) {
      return otherwise;
    }
    if (!NUMBER.matcher(text).matches()) {
      throw new Failed(400, "skip and take are numbers.");
    }
    return Integer.parseInt(text.substring(0, Math.min(text.length(), MAX_DIGITS)));
  }

  Response autocomplete(FeedRequest request) {
    SearchRequest wanted = searchRequest(request);
    FeedDocuments documents = new FeedDocuments(request.at());
    String id = request.parameter("id");
    if (!id.isEmpty()) {
      PackageVersions versions =
          PackageId.parse(id)
              .map(known -> views.packages().find(request.name(), known.lower()))
              .orElse(PackageVersions.NONE)
              .only(wanted::covers);
      memory.accept(FeedDocuments.memoryOfList(versions));
      return FeedAnswers.json(request, documents.versionsOf(versions));
    }
    return FeedAnswers.json(
        request, documents.ids(views.searches().idsLike(request.name(), wanted, memory)));
  }
}
