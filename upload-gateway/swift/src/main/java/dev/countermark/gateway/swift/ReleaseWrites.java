package dev.countermark.gateway.swift;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Patience;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.Waits;
import dev.countermark.gateway.swift.SwiftRoute.Kind;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Publishes and withdraws releases, and says how a publication stands. */
final class ReleaseWrites {
  static final String SIGNATURE_FORMAT = "X-Swift-Package-Signature-Format";

  /** Signing takes milliseconds; whoever asks again soon asks rarely twice. */
  private static final String SOON = "2";

  private static final SwiftFormat FORMAT = new SwiftFormat();

  private final Records records;
  private final Waits waits;
  private final ReleaseIndex index;
  private final Publications publications;
  private final Withdrawals withdrawals;
  private final Quotas quotas;

  ReleaseWrites(
      Records records,
      ReleaseIndex index,
      Publications publications,
      Withdrawals withdrawals,
      Quotas quotas) {
    this.quotas = quotas;
    this.records = records;
    this.waits = new Waits(records);
    this.index = index;
    this.publications = publications;
    this.withdrawals = withdrawals;
  }

  // ---- publishing -----------------------------------------------------------------------------

  /**
   * Answers when the release is signed, or when waiting took too long.
   *
   * @param path as the client wrote it
   */
  CompletionStage<Response> publish(SwiftRequest request, String path, IncomingBody body)
      throws IOException {
    if (request.route().kind() != Kind.RELEASE && request.route().kind() != Kind.ARCHIVE) {
      throw SwiftAnswers.notAllowed("Releases are published at scope/name/version.", "GET, HEAD");
    }
    Identity identity = request.route().published(path);
    Optional<String> full = quotas.refusal(request.granted().repository(), body.announced());
    if (full.isPresent()) {
      throw new Failed(403, full.get());
    }
    return published(request, identity, body);
  }

  private CompletionStage<Response> published(
      SwiftRequest request, Identity identity, IncomingBody body) throws IOException {
    return publications
        .publish(
            new Publications.Request(
                request.granted().repository(),
                request.granted().settings(),
                request.granted().subject(),
                request.at(),
                identity,
                request.route().scope(),
                request.route().name(),
                request.header(SIGNATURE_FORMAT),
                Patience.of(request.headers(), publications.longestWait()),
                request.headers().getHeaderString(HttpHeaders.CONTENT_TYPE),
                body))
        .thenApply(outcome -> published(request, identity, outcome));
  }

  private Response published(
      SwiftRequest request, Identity identity, Publications.Outcome outcome) {
    ReleaseRecord release = outcome.release();
    return switch (release.state()) {
      case RECEIVED -> pending(request.at(), release, outcome.warnings(), false);
      case AVAILABLE -> {
        index.changed(request.name(), identity);
        byte[] body = status("available", release, outcome.warnings());
        yield Response.status(Response.Status.CREATED)
            .entity(body)
            .type(MediaType.APPLICATION_JSON)
            .header(HttpHeaders.CONTENT_LENGTH, body.length)
            .header(HttpHeaders.LOCATION, request.at().release(release))
            .header(SwiftAnswers.CONTENT_VERSION, "1")
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
      }
      case REFUSED -> throw refused(release);
      case DELETED, EXEMPT -> throw new Failed(409, "The release was withdrawn meanwhile.");
    };
  }

  // ---- submissions ----------------------------------------------------------------------------

  private ReleaseRecord submitted(SwiftRequest request) {
    return records
        .read(SwiftKeys.release(request.name(), request.identity()), ReleaseRecord.class)
        .filter(r -> r.submission().equals(request.route().submission()))
        .orElseThrow(() -> SwiftDialect.notFound("There is no such submission."));
  }

  Response submission(SwiftRequest request) {
    ReleaseRecord release = submitted(request);
    return switch (release.state()) {
      case RECEIVED -> pending(request.at(), release, List.of(), request.head());
      case AVAILABLE -> {
        // Who was told that it is there finds it.
        index.changed(request.name(), release.identity());
        yield Response.status(301)
            .header(HttpHeaders.LOCATION, request.at().release(release))
            .header(SwiftAnswers.CONTENT_VERSION, "1")
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
      }
      case REFUSED -> throw refused(release);
      case DELETED, EXEMPT -> throw new Failed(410, "The release was withdrawn.");
    };
  }

  private static Failed refused(ReleaseRecord release) {
    return SwiftDialect.unprocessable(
        release
            .refusal()
            .map(r -> "The release was refused (" + r.code() + "): " + r.detail())
            .orElse("The release was refused."));
  }

  private Response pending(
      SwiftAddresses at, ReleaseRecord release, List<String> warnings, boolean head) {
    byte[] body = status("pending", release, warnings);
    return Response.accepted(head ? null : body)
        .type(MediaType.APPLICATION_JSON)
        .header(HttpHeaders.CONTENT_LENGTH, body.length)
        .header(HttpHeaders.LOCATION, at.submission(release))
        .header(HttpHeaders.RETRY_AFTER, SOON)
        .header(SwiftAnswers.CONTENT_VERSION, "1")
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private byte[] status(String status, ReleaseRecord release, List<String> warnings) {
    ObjectNode document = JsonNodeFactory.instance.objectNode();
    document.put("status", status);
    document.put("id", release.scope() + "." + release.name());
    document.put("version", release.identity().version());
    document.put("acceptedAt", release.acceptedAt().toString());
    Set<String> all = new LinkedHashSet<>(warnings);
    release.signed().ifPresent(signed -> all.addAll(signed.warnings()));
    if (!all.isEmpty()) {
      all.forEach(document.putArray("warnings")::add);
    }
    waits
        .of(FORMAT, release)
        .ifPresent(
            waiting -> {
              ObjectNode why = document.putObject("waiting");
              why.put("code", waiting.code().name());
              why.put("detail", waiting.detail());
              if (waiting.nextTry() != null) {
                why.put("nextTry", waiting.nextTry().toString());
              }
            });
    return Json.write(document);
  }

  // ---- withdrawing ----------------------------------------------------------------------------

  Response delete(SwiftRequest request) {
    boolean done =
        switch (request.route().kind()) {
          case RELEASE ->
              withdrawals.withdraw(request.name(), request.identity(), request.granted().subject());
          case SUBMISSION -> withdrawals.cancel(submitted(request));
          default ->
              throw SwiftAnswers.notAllowed(
                  "Releases are withdrawn at scope/name/version.", "GET, HEAD");
        };
    if (!done) {
      throw request.route().kind() == Kind.RELEASE
          ? SwiftDialect.noRelease()
          : new Failed(409, "The submission is no longer pending: there is nothing to cancel.");
    }
    return Response.noContent().header(SwiftAnswers.CONTENT_VERSION, "1").build();
  }
}
