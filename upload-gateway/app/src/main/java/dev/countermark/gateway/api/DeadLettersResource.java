package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import dev.countermark.gateway.letters.Letter;
import dev.countermark.gateway.letters.Letters;
import dev.countermark.gateway.transfer.Bodies;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** {@code /api/v1/dead-letters}: what signers gave up, and receivers of webhooks did not take. */
@Path("/api/v1")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
@Tag(name = "Dead letters")
@SecurityRequirement(name = ManagementApi.TOKEN)
@APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
@APIResponse(responseCode = "401", ref = ProblemAnswers.UNAUTHENTICATED)
@APIResponse(responseCode = "403", ref = ProblemAnswers.FORBIDDEN)
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "406", ref = ProblemAnswers.NOT_ACCEPTABLE)
@APIResponse(responseCode = "429", ref = ProblemAnswers.TOO_MANY)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class DeadLettersResource {
  private static final String LETTERS = "/dead-letters";
  private static final String ID = LETTERS + "/{id: [0-9-]+}";

  /** Letters that one request of many looks at. */
  private static final int MANY = 100;

  /** Pages of others' letters that it looks behind. */
  private static final int MOST_PAGES = 10;

  /** Characters of a value that are shown. */
  private static final int SHOWN = 4_096;

  private final Managers managers;
  private final Letters letters;
  private final Parts parts;
  private final Bodies bodies;

  /** What answers are made of. */
  record Parts(Letters letters, Oversight oversight, Cursors cursors) {}

  DeadLettersResource(Managers managers, Parts parts, Bodies bodies) {
    this.managers = managers;
    this.letters = parts.letters();
    this.parts = parts;
    this.bodies = bodies;
  }

  /**
   * A letter for people: bytes that are no text are shown as such.
   *
   * @param repository absent, with format, package and digest, when nobody can read them
   * @param replayable whether it can be handed in again
   * @param value the beginning of what was given up; absent in lists
   */
  @Schema(name = "DeadLetter")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Shown(
      String id,
      Instant at,
      String code,
      String detail,
      int attempts,
      String format,
      RepositoryName repository,
      @JsonProperty("package") String name,
      String digest,
      String topic,
      int partition,
      long offset,
      boolean replayable,
      String key,
      String value) {}

  /**
   * @param next the {@code cursor} of the next page; absent on the last one
   */
  @Schema(name = "DeadLetters")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Page(List<Shown> letters, String next) {}

  /** Which letters are meant; what is left out bounds nothing. */
  @Schema(name = "DeadLetterFilter")
  record Filter(
      @JsonProperty("format") @Schema(description = "its label") String format,
      @JsonProperty("code") @Schema(description = "why it was given up") String code,
      @JsonProperty("repository") @Schema(description = "owner/name") String repository,
      @JsonProperty("cursor") @Schema(description = "of many: next of the answer before")
          String cursor) {
    private boolean matches(Letter letter) {
      Optional<Letter.About> about = letter.about();
      return (code == null || code.equals(letter.code()))
          && (format == null || about.filter(a -> a.format().equals(format)).isPresent())
          && (repository == null
              || about.filter(a -> a.repository().toString().equals(repository)).isPresent());
    }
  }

  /**
   * What came of many.
   *
   * @param more whether there may be more of them
   * @param next to ask for them with; absent when there are none
   */
  @Schema(name = "DeadLettersDone")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Done(int done, boolean more, String next) {}

  private Done done(Letters.Page page) {
    return new Done(
        page.letters().size(),
        page.next().isPresent(),
        page.next().map(position -> parts.cursors().write(LETTERS, position)).orElse(null));
  }

  /** Letters about repositories that the caller manages; all of them for an administrator. */
  @GET
  @Path(LETTERS)
  @Operation(
      operationId = "listDeadLetters",
      summary = "List what was given up",
      description =
          "In the order in which it was given up. A page may have fewer than were asked for, or"
              + " none, while there is a next one.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Page.class)))
  public Page list(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @QueryParam("format") String format,
      @QueryParam("code") String code,
      @Parameter(description = "owner/name") @QueryParam("repository") String repository,
      @Parameter(description = "page size, 1 to 200, default 100") @QueryParam("n") String n,
      @Parameter(description = "next of the page before") @QueryParam("cursor") String cursor) {
    Access caller = managers.anyManager(authorization);
    String after = Requests.position(parts.cursors(), LETTERS, cursor);
    Filter filter = new Filter(format, code, repository, null);
    Letters.Page page = letters.heads(after, Requests.pageSize(n), meant(caller, filter));
    return new Page(
        page.letters().stream().map(l -> shown(l, false)).toList(),
        page.next().map(position -> parts.cursors().write(LETTERS, position)).orElse(null));
  }

  private Predicate<Letter> meant(Access caller, Filter filter) {
    return letter -> filter.matches(letter) && mayManage(caller, letter);
  }

  private boolean mayManage(Access caller, Letter letter) {
    return parts
        .oversight()
        .maySee(caller, letter.about().map(Letter.About::repository), letter.at());
  }

  private Shown shown(Letter letter, boolean whole) {
    Optional<Letter.About> about = letter.about();
    return new Shown(
        letter.id(),
        letter.at(),
        letter.code(),
        letter.detail(),
        letter.attempts(),
        about.map(Letter.About::format).orElse(null),
        about.map(Letter.About::repository).orElse(null),
        about.map(Letter.About::name).orElse(null),
        about.map(Letter.About::digest).orElse(null),
        letter.source().topic(),
        letter.source().partition(),
        letter.source().offset(),
        letters.isReplayable(letter),
        whole ? letter.key().map(DeadLettersResource::text).orElse(null) : null,
        whole ? text(letter.value()) : null);
  }

  /** Control characters would be commands to the terminal of whoever looks. */
  private static String text(Bytes bytes) {
    String text = new String(bytes.toArray(), StandardCharsets.UTF_8);
    String some = text.substring(0, Math.min(text.length(), SHOWN));
    return some.replaceAll("[\\p{Cntrl}\\p{Cf}&&[^\\n\\t]]", "\uFFFD");
  }

  /** One letter, with what was given up. */
  @GET
  @Path(ID)
  @Operation(operationId = "getDeadLetter", summary = "Read what was given up")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Shown.class)))
  public Shown get(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    return shown(known(authorization, id), true);
  }

  /** Hands it to the signers again. */
  @POST
  @Path(ID + ":replay")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "replayDeadLetter",
      summary = "Hand in again what a signer gave up",
      description = "It is no dead letter any more; when it is given up again, it is a new one.")
  @APIResponse(responseCode = "204", description = "handed in")
  @APIResponse(
      responseCode = "409",
      description = "it cannot be handed in again",
      content =
          @Content(
              mediaType = Problem.MEDIA_TYPE,
              schema = @Schema(implementation = Problem.class)))
  public CompletionStage<Response> replay(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    Letter letter = known(authorization, id);
    if (!letters.isReplayable(letter)) {
      throw new ProblemException(
          Kind.NOT_REPLAYABLE,
          "the letter "
              + id
              + " is not whole, or came from where nobody listens: it can be discarded");
    }
    return letters.replay(letter).thenApply(done -> Response.noContent().build());
  }

  /** Has it gone. */
  @POST
  @Path(ID + ":discard")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "discardDeadLetter",
      summary = "Have a dead letter gone",
      description = "What waits for its signature is told to the signers another time.")
  @APIResponse(responseCode = "204", description = "gone")
  public Response discard(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization,
      @PathParam("id") String id) {
    letters.discard(known(authorization, id));
    return Response.noContent().build();
  }

  /** The same for many. */
  @POST
  @Path(LETTERS + ":replay")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "replayDeadLetters",
      summary = "Hand in again what was given up",
      description =
          "Up to 100 of those meant, perhaps none: ask again with next while there is one.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Filter.class)))
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Done.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Done> replayAll(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    Access caller = managers.anyManager(authorization);
    return StrictJson.receiveOptional(bodies.incoming(), Filter.class)
        .thenCompose(filter -> replayAll(caller, filter));
  }

  private CompletionStage<Done> replayAll(Access caller, Filter filter) {
    Letters.Page page = some(caller, filter, letters::isReplayable);
    List<CompletableFuture<Void>> replays = new ArrayList<>();
    page.letters().forEach(l -> replays.add(letters.replay(l).toCompletableFuture()));
    return CompletableFuture.allOf(replays.toArray(CompletableFuture[]::new))
        .thenApply(done -> done(page));
  }

  /** The first of those meant, which may be far behind others. */
  private Letters.Page some(Access caller, Filter filter, Predicate<Letter> also) {
    if (!caller.isAdministrator()
        && RepositoryName.parse(String.valueOf(filter.repository()))
            .filter(r -> caller.holds(r, Action.ADMIN))
            .isEmpty()) {
      throw new ProblemException(
          Kind.FORBIDDEN, "without the admin token repository is one that the token manages");
    }
    String after = Requests.position(parts.cursors(), LETTERS, filter.cursor());
    Letters.Page page = new Letters.Page(List.of(), Optional.of(after));
    for (int i = 0; i < MOST_PAGES && page.letters().isEmpty() && page.next().isPresent(); i++) {
      page = letters.list(page.next().get(), MANY, meant(caller, filter).and(also));
    }
    return page;
  }

  /** The same for many. */
  @POST
  @Path(LETTERS + ":discard")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      operationId = "discardDeadLetters",
      summary = "Have dead letters gone",
      description =
          "Up to 100 of those meant, perhaps none: ask again with next while there is one.")
  @RequestBody(
      content =
          @Content(
              mediaType = MediaType.APPLICATION_JSON,
              schema = @Schema(implementation = Filter.class)))
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Done.class)))
  @APIResponse(responseCode = "408", ref = ProblemAnswers.TOO_SLOW)
  @APIResponse(responseCode = "413", ref = ProblemAnswers.TOO_LARGE)
  public CompletionStage<Done> discardAll(
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.AUTHORIZATION) String authorization) {
    Access caller = managers.anyManager(authorization);
    return StrictJson.receiveOptional(bodies.incoming(), Filter.class)
        .thenApply(
            filter -> {
              Letters.Page page = some(caller, filter, letter -> true);
              page.letters().forEach(letters::discard);
              return done(page);
            });
  }

  /** Whoever may not see it is told so whether there is one or not. */
  private Letter known(String authorization, String id) {
    Access caller = managers.anyManager(authorization);
    Optional<Letter> letter = letters.find(id);
    if (letter.isEmpty() ? !caller.isAdministrator() : !mayManage(caller, letter.get())) {
      throw new ProblemException(
          Kind.FORBIDDEN,
          "dead letters of a repository take a token with the scope admin there; others the admin"
              + " token");
    }
    return letter.orElseThrow(
        () -> new ProblemException(Kind.LETTER_UNKNOWN, "there is no dead letter " + id));
  }
}
