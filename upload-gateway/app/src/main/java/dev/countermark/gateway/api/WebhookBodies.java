package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.webhooks.Attempt;
import dev.countermark.gateway.webhooks.Webhook;
import dev.countermark.gateway.webhooks.WebhookAddress;
import dev.countermark.gateway.webhooks.WebhookState;
import dev.countermark.gateway.webhooks.Webhooks;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What the API takes and tells of webhooks. Apart from {@link Created}, none holds a secret. */
final class WebhookBodies {
  private static final int LONGEST_DESCRIPTION = 200;

  private WebhookBodies() {}

  /** What is wanted. */
  @Schema(name = "NewWebhook")
  record Wanted(
      @JsonProperty("url")
          @Schema(
              required = true,
              description =
                  "https, without user and fragment, port 443 or 1024 and above; what it leads to"
                      + " must be the internet")
          String url,
      @JsonProperty("events") @Schema(description = "their types; default: all that there are")
          Set<String> events,
      @JsonProperty("description") @Schema(description = "up to 200 characters")
          String description) {
    Webhooks.Order checked() {
      URI address =
          WebhookAddress.parse(url)
              .orElseThrow(
                  () ->
                      new ProblemException(
                          Kind.INVALID_VALUE,
                          "url must be an https URL without user and fragment, with port 443 or one"
                              + " from 1024 to 65535"));
      Set<String> wanted = events == null ? Set.of() : events;
      for (String type : wanted) {
        if (type == null || !Webhook.EVENTS.contains(type)) {
          throw new ProblemException(
              Kind.INVALID_VALUE,
              "events has "
                  + StrictJson.shown(String.valueOf(type))
                  + "; allowed: "
                  + new TreeSet<>(Webhook.EVENTS));
        }
      }
      if (description != null && description.length() > LONGEST_DESCRIPTION) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "description has more than " + LONGEST_DESCRIPTION + " characters");
      }
      return new Webhooks.Order(address, wanted, Optional.ofNullable(description));
    }
  }

  /**
   * What came of sending an event.
   *
   * @param status that the receiver answered with; absent without an answer
   */
  @Schema(name = "WebhookTry")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Tried(Instant at, Attempt.Result result, Integer status) {
    static Tried of(Attempt attempt) {
      return new Tried(attempt.at(), attempt.result(), attempt.status().orElse(null));
    }
  }

  /**
   * @param events types that it is told of
   * @param failingSince absent while events arrive
   * @param nextTry when the receiver that fails is tried again; absent otherwise
   * @param lastTry of an event; tests do not count
   */
  @Schema(name = "Webhook")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Shown(
      String id,
      URI url,
      Set<String> events,
      String description,
      Instant createdAt,
      String createdBy,
      Instant failingSince,
      Instant nextTry,
      Tried lastTry) {
    static Shown of(Webhook webhook, WebhookState state) {
      return new Shown(
          webhook.id(),
          webhook.url(),
          new TreeSet<>(webhook.events().isEmpty() ? Webhook.EVENTS : webhook.events()),
          webhook.description().orElse(null),
          webhook.createdAt(),
          webhook.createdBy(),
          state.failingSince().orElse(null),
          state.nextTry().orElse(null),
          state.last().map(Tried::of).orElse(null));
    }
  }

  /** All of a repository. */
  @Schema(name = "Webhooks")
  record All(List<Shown> webhooks) {}

  /**
   * @param secret what signatures are checked with: shown here and never again
   */
  @Schema(name = "CreatedWebhook")
  record Created(String id, URI url, String secret, Instant createdAt) {
    /** No cache keeps it. */
    Response response() {
      return Response.status(Response.Status.CREATED)
          .header(HttpHeaders.CACHE_CONTROL, "no-store")
          .entity(this)
          .build();
    }

    @Override
    public String toString() {
      return "webhook " + id;
    }
  }
}
