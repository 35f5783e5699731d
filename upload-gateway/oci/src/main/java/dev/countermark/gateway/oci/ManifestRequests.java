package dev.countermark.gateway.oci;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.kit.AnswerBytes;
import dev.countermark.gateway.kit.Patience;
import dev.countermark.gateway.kit.RequestMemory;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Answers requests for manifests, and for the lists of tags, images and referrers. */
final class ManifestRequests {
  /** A page of the longest tags, bytes. */
  private static final int LONGEST_LIST = 128 << 10;

  private final Manifests manifests;
  private final ManifestPushes pushes;
  private final ManifestDeletions deletions;
  private final Tags tags;
  private final Referrers referrers;
  private final RequestMemory memory;
  private final Duration longestWait;

  /**
   * @param longestWait for a signature after a push
   */
  ManifestRequests(
      Manifests manifests,
      ManifestPushes pushes,
      ManifestDeletions deletions,
      Tags tags,
      Referrers referrers,
      RequestMemory memory,
      Duration longestWait) {
    this.manifests = manifests;
    this.pushes = pushes;
    this.deletions = deletions;
    this.tags = tags;
    this.referrers = referrers;
    this.memory = memory;
    this.longestWait = longestWait;
  }

  Response get(OciRequest request) {
    Manifests.Found found =
        manifests.get(
            request.repository(), request.name(), request.reference(), request.signedOnly());
    byte[] content = found.manifest().content().toArray();
    EntityTag tag = new EntityTag(found.manifest().digest());
    Response.ResponseBuilder response =
        request.holds(tag)
            ? tag.notModified()
            : Response.ok(request.head() ? null : new AnswerBytes(content))
                .header(HttpHeaders.CONTENT_TYPE, found.manifest().mediaType())
                .header(HttpHeaders.CONTENT_LENGTH, content.length)
                .header(HttpHeaders.ETAG, tag.quoted());
    response.header(OciAnswers.CONTENT_DIGEST, found.manifest().digest());
    warn(response, found.pending(), found.manifest().state());
    return response.build();
  }

  private static void warn(Response.ResponseBuilder response, boolean pending, State state) {
    if (pending) {
      response.header("Warning", "299 - \"signature pending\"");
    } else if (state == State.REFUSED) {
      response.header("Warning", "299 - \"signature refused, see the status endpoint\"");
    }
  }

  CompletionStage<Response> put(OciRequest request) {
    return request
        .body()
        .whole(
            Manifest.LARGEST,
            () ->
                OciCode.SIZE_INVALID.failed(
                    413, "a manifest has at most " + Manifest.LARGEST + " bytes"),
            piece -> piece.open().readAllBytes())
        .thenCompose(
            content -> {
              // Only now: whoever sends slowly shall not hold what taking it apart needs.
              memory.draw(content.length);
              return put(request, request.name(), content);
            });
  }

  /** Who pushed verifies next, so the answer waits for the signature, but not for long. */
  private CompletionStage<Response> put(OciRequest request, OciName name, byte[] content) {
    Optional<String> ifMatch = request.header(HttpHeaders.IF_MATCH).map(ManifestRequests::unquoted);
    boolean ifNoneMatch = request.header(HttpHeaders.IF_NONE_MATCH).map("*"::equals).orElse(false);
    List<String> moreTags = request.query().getOrDefault("tag", List.of());
    ManifestPushes.Pushed pushed =
        pushes.put(
            request.repository(),
            new ManifestPushes.Push(
                name,
                request.reference(),
                moreTags,
                request.header(HttpHeaders.CONTENT_TYPE).orElse(""),
                ifMatch,
                ifNoneMatch,
                request.subject()),
            content);
    return pushed
        .unsigned()
        .map(waiter -> waiter.settled(Patience.of(request.headers(), longestWait)))
        .map(settled -> settled.thenApply(r -> answer(name, pushed, moreTags, r.state())))
        .orElseGet(
            () ->
                CompletableFuture.completedFuture(answer(name, pushed, moreTags, State.AVAILABLE)));
  }

  private static Response answer(
      OciName name, ManifestPushes.Pushed pushed, List<String> moreTags, State state) {
    Response.ResponseBuilder response =
        Response.status(201)
            .header(HttpHeaders.LOCATION, "/v2/" + name + "/manifests/" + pushed.digest())
            .header(OciAnswers.CONTENT_DIGEST, pushed.digest().toString())
            .header(HttpHeaders.CONTENT_LENGTH, 0);
    pushed.subject().ifPresent(s -> response.header("OCI-Subject", s.toString()));
    if (!moreTags.isEmpty()) {
      pushed.tags().forEach(t -> response.header("OCI-Tag", t.value()));
    }
    warn(response, state == State.RECEIVED, state);
    return response.build();
  }

  private static String unquoted(String etag) {
    return etag.strip().replace("\"", "");
  }

  Response delete(OciRequest request) {
    deletions.delete(request.repository(), request.name(), request.reference(), request.subject());
    return OciAnswers.deleted();
  }

  // ---- lists ----------------------------------------------------------------------------------

  private record TagList(String name, List<String> tags) {}

  Response tags(OciRequest request) {
    OciName name = request.name();
    Optional<Integer> limit = limit(request);
    memory.draw(LONGEST_LIST);
    Tags.Listing listing =
        tags.tags(
            request.repository(),
            name,
            new Tags.Wanted(
                Optional.ofNullable(request.parameter("last")).orElse(""),
                Optional.ofNullable(request.parameter("after")),
                limit,
                request.signedOnly()));
    return page(
        Json.write(new TagList(name.value(), listing.entries())),
        listing,
        "/v2/" + name + "/tags/list?" + limit.map(n -> "n=" + n + "&").orElse(""));
  }

  private record Catalog(List<String> repositories) {}

  Response catalog(OciRequest request) {
    int limit = limit(request).filter(n -> n > 0 && n <= 1000).orElse(100);
    Tags.Listing listing =
        tags.names(Optional.ofNullable(request.parameter("last")).orElse(""), limit);
    return page(
        Json.write(new Catalog(listing.entries())), listing, "/v2/_catalog?n=" + limit + "&");
  }

  private static Optional<Integer> limit(OciRequest request) {
    String n = request.parameter("n");
    if (n == null || n.isEmpty()) {
      return Optional.empty();
    }
    try {
      int limit = Integer.parseInt(n);
      if (limit >= 0) {
        return Optional.of(limit);
      }
    } catch (NumberFormatException e) {
      // answered below
    }
    throw OciCode.UNSUPPORTED.failed(400, "n must be a number, 0 or more");
  }

  /**
   * @param list the address of the list, up to where the next page begins
   */
  private static Response page(byte[] body, Tags.Listing listing, String list) {
    Response.ResponseBuilder response =
        Response.ok(new AnswerBytes(body))
            .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_JSON)
            .header(HttpHeaders.CONTENT_LENGTH, body.length);
    listing
        .next()
        .ifPresent(next -> response.header("Link", "<" + list + next + ">; rel=\"next\""));
    return response.build();
  }

  Response referrers(OciRequest request) {
    Digest subject = request.digest();
    Optional<String> type =
        Optional.ofNullable(request.parameter("artifactType")).filter(t -> !t.isEmpty());
    byte[] index = referrers.index(request.name(), subject, type, request.signedOnly());
    Response.ResponseBuilder response =
        Response.ok(request.head() ? null : new AnswerBytes(index))
            .header(HttpHeaders.CONTENT_TYPE, MediaTypes.OCI_INDEX)
            .header(HttpHeaders.CONTENT_LENGTH, index.length);
    if (type.isPresent()) {
      response.header("OCI-Filters-Applied", "artifactType");
    }
    return response.build();
  }
}
