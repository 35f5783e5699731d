package dev.countermark.gateway.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.kit.CacheableDocuments;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemAnswers;
import dev.countermark.gateway.kit.PublicKeys;
import dev.countermark.gateway.kit.TrustMaterial.Asked;
import dev.countermark.gateway.kit.TrustMaterial.Document;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyServiceApi;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/**
 * {@code /{owner}/{name}/keys/{format}/…}: what a consumer needs to verify, ready to use. Open to
 * everybody, for private repositories too: the keys are public, and verifiers fetch them without
 * credentials.
 */
@Path("/{owner}/{name}/keys")
@Blocking
@Tag(name = "Trust material")
@APIResponse(responseCode = "404", ref = ProblemAnswers.UNKNOWN)
@APIResponse(responseCode = "500", ref = ProblemAnswers.UNFORESEEN)
@APIResponse(responseCode = "503", ref = ProblemAnswers.UNAVAILABLE)
public class TrustResource {
  private final GatewayFormats formats;
  private final Repositories repositories;
  private final PublicKeys keys;
  private final RevocationLists revocations;
  private final PublicAddresses addresses;

  TrustResource(
      GatewayFormats formats,
      Repositories repositories,
      PublicKeys keys,
      RevocationLists revocations,
      PublicAddresses addresses) {
    this.formats = formats;
    this.repositories = repositories;
    this.keys = keys;
    this.revocations = revocations;
    this.addresses = addresses;
  }

  /** What comes with every request. */
  public static final class Incoming {
    @PathParam("owner")
    String owner;

    @PathParam("name")
    String name;

    @Context UriInfo uri;
    @Context HttpHeaders headers;
    @Context HttpServerRequest http;

    /** All lines of it. */
    private String ifNoneMatch() {
      return headers.getHeaderString(HttpHeaders.IF_NONE_MATCH);
    }

    private String repository() {
      return owner + "/" + name;
    }
  }

  /** Where the keys of each format are. */
  @GET
  @Operation(
      operationId = "listTrustMaterial",
      summary = "Where the keys of each format are, and which files there are")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = Directory.class)))
  @APIResponse(responseCode = "304", description = "the client has it already")
  public Response directory(@BeanParam Incoming incoming) {
    Optional<RepositoryRecord> repository = repository(incoming);
    if (repository.isEmpty()) {
      return unknownRepository(incoming);
    }
    Map<String, FormatKeys> all = new TreeMap<>();
    for (GatewayFormat<?, ?> format : formats.all()) {
      String label = format.format().label();
      all.put(label, new FormatKeys(address(incoming, label), format.trust().files()));
    }
    return json(new Directory(incoming.repository(), all), incoming.ifNoneMatch());
  }

  /** All versions of a format's key; or a file that was here before formats had folders. */
  @GET
  @Path("/{format}")
  @Operation(operationId = "listKeys", summary = "All public keys of a format, oldest first")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = KeyList.class)))
  @APIResponse(responseCode = "308", description = "a file that is in a format's folder now")
  @APIResponse(responseCode = "304", description = "the client has it already")
  public Response list(@BeanParam Incoming incoming, @PathParam("format") String label) {
    Optional<GatewayFormat<?, ?>> format = formats.find(label);
    if (format.isEmpty()) {
      return formats.all().stream()
          .filter(f -> f.trust().formerly(label))
          .findFirst()
          .map(
              f ->
                  repository(incoming)
                      .map(r -> moved(address(incoming, f.format().label()) + label))
                      .orElseGet(() -> unknownRepository(incoming)))
          .orElseGet(this::unknownFormat);
    }
    return repository(incoming)
        .map(
            repository ->
                json(
                    new KeyList(
                        incoming.repository(),
                        label,
                        keys.versions(repository, format.get().format()).stream()
                            .map(Key::of)
                            .toList()),
                    incoming.ifNoneMatch()))
        .orElseGet(() -> unknownRepository(incoming));
  }

  private static Response moved(String address) {
    return Response.status(308)
        .header(HttpHeaders.LOCATION, address)
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + CacheableDocuments.CURRENT_SECONDS)
        .build();
  }

  /** One file of a format. */
  @GET
  @Path("/{format}/{file}")
  @Operation(
      operationId = "getTrustDocument",
      summary = "A key, a certificate or a ready-made client configuration",
      description =
          "<fingerprint>.pub and .der: any version of the key; of keys with certificates root.pem,"
              + " root.der, root.cer, root.crt, chain.pem and every certificate by its SHA-256 as"
              + " .pem, .der, .cer and .crt; revoked.crl where certificates name a list of revoked"
              + " ones; and the files of the format, which its folder's"
              + " listing names.")
  @APIResponse(responseCode = "200", description = "the document")
  @APIResponse(responseCode = "304", description = "the client has it already")
  @APIResponse(responseCode = "400", ref = ProblemAnswers.MALFORMED)
  public Response document(
      @BeanParam Incoming incoming,
      @PathParam("format") String label,
      @PathParam("file") String file) {
    Optional<GatewayFormat<?, ?>> format = formats.find(label);
    if (format.isEmpty()) {
      return unknownFormat();
    }
    return repository(incoming)
        .map(r -> document(format.get(), r, file, incoming))
        .orElseGet(() -> unknownRepository(incoming));
  }

  private <S> Response document(
      GatewayFormat<?, S> format, RepositoryRecord repository, String file, Incoming incoming) {
    if (file.equals(KeyServiceApi.REVOCATIONS_FILE)) {
      return revocations
          .of(repository, format.format().label())
          .map(list -> response(list, incoming.ifNoneMatch(), CacheableDocuments.CURRENT_SECONDS))
          .orElseGet(() -> Problem.response(Kind.KEY_UNKNOWN, "these certificates name no list"));
    }
    List<PublicKeyVersion> versions = keys.versions(repository, format.format());
    Asked<S> asked =
        new Asked<>(
            repository.repository(),
            repository.settings(format.format()),
            addresses.base(incoming.http.isSSL()),
            addresses.best(),
            incoming.uri.getQueryParameters(),
            versions);
    Optional<Document> current =
        format.trust().document(file, asked).or(() -> KeyFiles.current(file, versions));
    if (current.isPresent()) {
      return response(current.get(), incoming.ifNoneMatch(), CacheableDocuments.CURRENT_SECONDS);
    }
    return KeyFiles.byFingerprint(file, versions)
        .map(fixed -> response(fixed, incoming.ifNoneMatch(), CacheableDocuments.FIXED_SECONDS))
        .orElseGet(
            () ->
                Problem.response(
                    Kind.KEY_UNKNOWN,
                    "here are "
                        + String.join(", ", format.trust().files())
                        + KeyFiles.names(versions)
                        + "; the address of the folder lists all keys"));
  }

  private static Response response(Document document, String ifNoneMatch, int seconds) {
    return CacheableDocuments.response(
        document.content().toArray(), document.mediaType(), ifNoneMatch, seconds);
  }

  private static Response json(Object document, String ifNoneMatch) {
    return response(
        new Document(Document.JSON, Bytes.of(Json.write(document))),
        ifNoneMatch,
        CacheableDocuments.CURRENT_SECONDS);
  }

  private String address(Incoming incoming, String label) {
    return addresses.base(incoming.http.isSSL())
        + "/"
        + incoming.repository()
        + "/keys/"
        + label
        + "/";
  }

  private Optional<RepositoryRecord> repository(Incoming incoming) {
    return RepositoryName.parse(incoming.repository()).flatMap(repositories::find);
  }

  private Response unknownFormat() {
    return Problem.response(
        Kind.KEY_UNKNOWN, "keys are below /keys/{format}/; formats are " + formats.labels());
  }

  private static Response unknownRepository(Incoming incoming) {
    return Problem.response(
        Kind.REPOSITORY_UNKNOWN,
        RepositoryName.parse(incoming.repository())
            .map(repository -> "there is no repository " + repository)
            .orElse("that is no repository name"));
  }

  /** Where the keys of each format are, by label. */
  record Directory(String repository, Map<String, FormatKeys> formats) {}

  /**
   * @param keys address of the list
   * @param files ready-made configurations beside the keys
   */
  record FormatKeys(String keys, List<String> files) {}

  /** All public keys of one format. */
  record KeyList(String repository, String format, List<Key> keys) {}

  /**
   * @param fingerprint SHA-256 of the key's SPKI, lower-case hexadecimal
   * @param pem SubjectPublicKeyInfo
   * @param certificate SHA-256 of its certificate, upper-case hexadecimal; absent for keys without
   * @param spare whether it is kept for the next rotation: to be trusted, and signs only after that
   * @param activeFrom when it begins to sign, if it was announced before
   * @param revokedAt from when on it is no longer to be trusted; absent while it is
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Key(
      int version,
      String fingerprint,
      String pem,
      Optional<String> certificate,
      Instant createdAt,
      boolean current,
      boolean spare,
      Optional<Instant> activeFrom,
      Optional<Instant> revokedAt) {
    static Key of(PublicKeyVersion v) {
      return new Key(
          v.version(),
          v.fingerprint(),
          v.pem(),
          v.leafFingerprint(),
          v.createdAt(),
          v.current(),
          v.spare(),
          v.activeFrom(),
          v.revokedAt());
    }
  }
}
