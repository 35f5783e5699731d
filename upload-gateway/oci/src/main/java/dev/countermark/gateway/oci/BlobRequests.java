package dev.countermark.gateway.oci;

import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciName;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.content.ByteRange;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.FileBody;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Quotas;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jboss.logging.Logger;

/** Answers requests for blobs, and for the uploads that they become from. */
final class BlobRequests {
  private static final Logger LOG = Logger.getLogger(BlobRequests.class);
  private static final byte[] NOTHING = new byte[0];

  private final Blobs blobs;
  private final BlobUploads uploads;
  private final Rules rules;
  private final Sight sight;
  private final PlatformPieces pieces;

  /** What repositories let their users do. */
  record Rules(AnonymousPull anonymous, SignedOnly signedOnly, Quotas quotas) {}

  BlobRequests(Blobs blobs, BlobUploads uploads, Rules rules, Sight sight, PlatformPieces pieces) {
    this.blobs = blobs;
    this.uploads = uploads;
    this.rules = rules;
    this.sight = sight;
    this.pieces = pieces;
  }

  Response get(OciRequest request) {
    Digest digest = request.digest();
    if (request.signedOnly() && !sight.isShown(request.name(), digest)) {
      throw Blobs.unknown(request.name(), digest);
    }
    Blobs.Blob blob = blobs.require(request.name(), digest);
    if (request.head() && blobs.isDamaged(request.name(), digest)) {
      // Clients ask so before they push: they are to push it again, which repairs it.
      throw OciCode.BLOB_UNKNOWN.failed("the blob " + digest + " is damaged: push it again");
    }
    EntityTag tag = new EntityTag(digest.toString());
    if (request.holds(tag)) {
      return tag.notModified().header(OciAnswers.CONTENT_DIGEST, digest.toString()).build();
    }
    // Ranges are defined for GET only: RFC 9110, section 14.2.
    String wanted = request.head() ? null : request.header("Range").orElse(null);
    ByteRange.Request asked = ByteRange.request(wanted, blob.size());
    if (asked instanceof ByteRange.Request.Unsatisfiable) {
      throw OciCode.SIZE_INVALID
          .failed(416, "the blob has " + blob.size() + " bytes")
          .with("Content-Range", "bytes */" + blob.size());
    }
    boolean whole = asked instanceof ByteRange.Request.Whole;
    ByteRange range =
        asked instanceof ByteRange.Request.Part part
            ? part.range()
            : new ByteRange(0, blob.size() - 1);
    Response.ResponseBuilder response =
        Response.status(whole ? 200 : 206)
            .header(HttpHeaders.CONTENT_TYPE, MediaType.APPLICATION_OCTET_STREAM)
            .header(HttpHeaders.CONTENT_LENGTH, range.length())
            .header("Accept-Ranges", "bytes")
            .header(OciAnswers.CONTENT_DIGEST, digest.toString())
            .header(HttpHeaders.ETAG, tag.quoted());
    if (!whole) {
      response.header(
          "Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + blob.size());
    }
    if (!request.head()) {
      blob.requireRight(!whole);
      response.entity(
          range.length() == 0
              ? NOTHING
              : new FileBody(range.first(), range.length(), blob.bytes()));
    }
    return response.build();
  }

  Response delete(OciRequest request) {
    pieces.requireOthers(request.name(), request.digest());
    blobs.delete(request.name(), request.digest());
    return OciAnswers.deleted();
  }

  /** Of a push into a repository that is gone; what the deletion took already is as it shall be. */
  void takeBack(OciRequest push, Digest digest) {
    try {
      blobs.delete(push.name(), digest);
    } catch (Failed e) {
      LOG.debugf("nothing to take back: %s", e.getMessage());
    }
  }

  // ---- uploads --------------------------------------------------------------------------------

  Response status(OciRequest request) {
    BlobUploads.Open open =
        uploads.status(request.name(), request.reference(), request.parameter("state"));
    return upload(Response.noContent(), open).build();
  }

  private static Response.ResponseBuilder upload(
      Response.ResponseBuilder response, BlobUploads.Open open) {
    return response
        .header(HttpHeaders.LOCATION, open.location())
        .header("Range", open.range())
        .header("Docker-Upload-UUID", open.state().id());
  }

  CompletionStage<Response> begin(OciRequest request) {
    OciName name = request.name();
    String algorithm = request.parameter("digest-algorithm");
    if (algorithm != null && !algorithm.equals("sha256") && !algorithm.equals("sha512")) {
      throw OciCode.DIGEST_INVALID.failed("known algorithms are sha256 and sha512");
    }
    String digest = request.parameter("digest");
    requireRoom(request);
    if (digest != null) {
      Digest wanted = OciRequest.digest(digest);
      return uploads
          .monolithic(name, wanted, request.body())
          .thenApply(done -> created(name, wanted));
    }
    String mount = request.parameter("mount");
    if (mount != null && mounted(request, name, mount)) {
      return CompletableFuture.completedFuture(created(name, OciRequest.digest(mount)));
    }
    return CompletableFuture.completedFuture(accepted(uploads.start(name)));
  }

  /** Counted is what a manifest names; who has no room for one shall not send its blobs. */
  private void requireRoom(OciRequest request) {
    rules
        .quotas()
        .refusal(request.repository(), request.body().announced())
        .ifPresent(
            full -> {
              throw OciCode.DENIED.failed(full);
            });
  }

  private static Response accepted(BlobUploads.Open open) {
    return upload(Response.accepted(), open).header(HttpHeaders.CONTENT_LENGTH, 0).build();
  }

  /** The caller must be allowed to read where it mounts from; otherwise it uploads. */
  private boolean mounted(OciRequest request, OciName name, String mount) {
    Digest digest = OciRequest.digest(mount);
    return Optional.ofNullable(request.parameter("from"))
        .flatMap(OciName::parse)
        .filter(
            from ->
                OciAccess.repositoryOf(from)
                    .filter(r -> rules.anonymous().allows(request.access(), r, Action.PULL))
                    .filter(
                        r ->
                            !rules.signedOnly().appliesTo(request.access(), r)
                                || sight.isShown(from, digest))
                    .isPresent())
        .map(from -> uploads.mount(name, from, digest))
        .orElse(false);
  }

  private static Response created(OciName name, Digest digest) {
    return Response.status(201)
        .header(HttpHeaders.LOCATION, "/v2/" + name + "/blobs/" + digest)
        .header(OciAnswers.CONTENT_DIGEST, digest.toString())
        .header(HttpHeaders.CONTENT_LENGTH, 0)
        .build();
  }

  private static BlobUploads.Body body(OciRequest request) {
    Optional<ByteRange> range =
        request
            .header("Content-Range")
            .map(
                text ->
                    ByteRange.chunk(text)
                        .orElseThrow(
                            () ->
                                OciCode.BLOB_UPLOAD_INVALID.failed(
                                    "Content-Range is <first>-<last>, without a unit")));
    return new BlobUploads.Body(request.body(), range);
  }

  CompletionStage<Response> append(OciRequest request) {
    return uploads
        .append(request.name(), request.reference(), request.parameter("state"), body(request))
        .thenApply(BlobRequests::accepted);
  }

  CompletionStage<Response> complete(OciRequest request) {
    String text = request.parameter("digest");
    if (text == null) {
      throw OciCode.DIGEST_INVALID.failed("the digest parameter is missing");
    }
    Digest digest = OciRequest.digest(text);
    return uploads
        .complete(
            request.name(), request.reference(), request.parameter("state"), digest, body(request))
        .thenApply(done -> created(request.name(), digest));
  }

  Response cancel(OciRequest request) {
    uploads.cancel(request.name(), request.reference(), request.parameter("state"));
    return Response.noContent().build();
  }
}
