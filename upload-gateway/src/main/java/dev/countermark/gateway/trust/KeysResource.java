package dev.countermark.gateway.trust;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.TrustDocuments;
import dev.countermark.gateway.api.Problem;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.api.Unavailable;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * {@code /{owner}/{name}/keys/…}: what a consumer needs to verify, ready to use. Open to everybody,
 * for private repositories too: the keys are public, and verifiers fetch them without credentials.
 */
@Path("/{owner}/{name}/keys")
@Tag(name = "Trust material")
public class KeysResource {
  private static final String PEM = "application/x-pem-file";
  private static final String YAML = "application/yaml";
  private static final String JSON = "application/json";

  /** What may change with the next rotation. */
  private static final int CURRENT_SECONDS = 60;

  /** What is named by its own hash. */
  private static final int FIXED_SECONDS = 86_400;

  private final PublicKeys keys;
  private final String host;

  KeysResource(PublicKeys keys, @ConfigProperty(name = "countermark.public-url") URI publicUrl) {
    this.keys = keys;
    this.host = publicUrl.getRawAuthority();
  }

  /** All key versions. */
  @GET
  @Operation(operationId = "listKeys", summary = "All public keys of a repository, oldest first")
  @APIResponse(
      responseCode = "200",
      content = @Content(mediaType = JSON, schema = @Schema(implementation = KeyList.class)))
  public Response list(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
    return versions(owner, name)
        .map(
            versions ->
                Documents.response(
                    Json.write(
                        new KeyList(owner + "/" + name, versions.stream().map(Key::of).toList())),
                    JSON,
                    ifNoneMatch,
                    CURRENT_SECONDS))
        .orElseGet(() -> unknownRepository(owner, name));
  }

  /** One document, by its file name. */
  @GET
  @Path("/{file}")
  @Operation(
      operationId = "getTrustDocument",
      summary = "A key or a ready-made configuration",
      description =
          "cosign.pub: the current key; <fingerprint>.pub: any version; policy.json and"
              + " registries.yaml: for skopeo and podman; trusted_root.json: for cosign")
  @APIResponse(responseCode = "200", description = "the document")
  public Response document(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("file") String file,
      @Parameter(hidden = true) @HeaderParam(HttpHeaders.IF_NONE_MATCH) String ifNoneMatch) {
    Optional<List<PublicKeyVersion>> versions = versions(owner, name);
    if (versions.isEmpty()) {
      return unknownRepository(owner, name);
    }
    switch (file) {
      case "cosign.pub":
        return Documents.response(
            Documents.utf8(current(versions.get()).pem()), PEM, ifNoneMatch, CURRENT_SECONDS);
      case "policy.json":
        return Documents.response(
            TrustDocuments.policy(scope(owner, name), trusted(versions.get())),
            JSON,
            ifNoneMatch,
            CURRENT_SECONDS);
      case "registries.yaml":
        return Documents.response(
            TrustDocuments.registries(scope(owner, name)), YAML, ifNoneMatch, CURRENT_SECONDS);
      case "trusted_root.json":
        return Documents.response(TrustDocuments.trustedRoot(), JSON, ifNoneMatch, CURRENT_SECONDS);
      default:
        return byFingerprint(versions.get(), file, ifNoneMatch);
    }
  }

  private static Response byFingerprint(
      List<PublicKeyVersion> versions, String file, String ifNoneMatch) {
    return versions.stream()
        .filter(v -> file.equals(v.fingerprint() + ".pub"))
        .findFirst()
        .map(v -> Documents.response(Documents.utf8(v.pem()), PEM, ifNoneMatch, FIXED_SECONDS))
        .orElseGet(
            () ->
                Problem.response(
                    Kind.KEY_UNKNOWN,
                    "here are cosign.pub, <fingerprint>.pub, policy.json, registries.yaml and"
                        + " trusted_root.json; the address of the directory lists all keys"));
  }

  private static PublicKeyVersion current(List<PublicKeyVersion> versions) {
    return versions.stream()
        .filter(PublicKeyVersion::current)
        .findFirst()
        .orElseThrow(() -> new Failure.Transient("the key service names no current key", null));
  }

  /**
   * The keys a policy accepts: the current one first, then the older ones, none that is revoked.
   */
  private static List<String> trusted(List<PublicKeyVersion> versions) {
    PublicKeyVersion current = current(versions);
    return Stream.concat(
            Stream.of(current),
            versions.stream().filter(v -> !v.current() && v.revokedAt().isEmpty()))
        .map(PublicKeyVersion::pem)
        .toList();
  }

  private String scope(String owner, String name) {
    return host + "/" + owner + "/" + name;
  }

  private Optional<List<PublicKeyVersion>> versions(String owner, String name) {
    return RepositoryName.parse(owner + "/" + name).flatMap(keys::versions);
  }

  private static Response unknownRepository(String owner, String name) {
    return Problem.response(
        Kind.REPOSITORY_UNKNOWN,
        RepositoryName.parse(owner + "/" + name)
            .map(repository -> "there is no repository " + repository)
            .orElse("that is no repository name"));
  }

  @ServerExceptionMapper
  public Response unavailable(Failure.Transient failure) {
    return Unavailable.response(failure);
  }

  /** All public keys of a repository. */
  record KeyList(String repository, List<Key> keys) {}

  /**
   * @param fingerprint SHA-256 of the key's SPKI, lower-case hexadecimal
   * @param pem SubjectPublicKeyInfo
   * @param revokedAt from when on it is no longer to be trusted; absent while it is
   */
  @JsonInclude(JsonInclude.Include.NON_ABSENT)
  record Key(
      int version,
      String fingerprint,
      String pem,
      Instant createdAt,
      boolean current,
      Optional<Instant> revokedAt) {
    static Key of(PublicKeyVersion v) {
      return new Key(
          v.version(), v.fingerprint(), v.pem(), v.createdAt(), v.current(), v.revokedAt());
    }
  }
}
