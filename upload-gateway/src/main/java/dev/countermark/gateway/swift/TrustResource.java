package dev.countermark.gateway.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.api.Problem;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.repositories.Repositories;
import io.smallrye.common.annotation.Blocking;
import io.vertx.core.http.HttpServerRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * {@code /{owner}/{name}/keys/swift/…}: what consumers need to trust the releases of a repository;
 * public, for nothing of it is secret.
 */
@Path("/{owner}/{name}/keys/swift")
@Blocking
public class TrustResource {
  private static final String PEM = "application/x-pem-file";
  private static final String DER = "application/pkix-cert";
  private static final Pattern BY_FINGERPRINT = Pattern.compile("([0-9a-f]{64})\\.(pem|der|cer)");
  private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9-]{1,39}");
  private static final Pattern FOLDER = Pattern.compile("/[^\\p{Cntrl}]{0,1000}");
  private static final int MAX_SCOPES = 100;

  private final Repositories repositories;
  private final SigningChains chains;
  private final PublicAddresses addresses;

  TrustResource(Repositories repositories, SigningChains chains, PublicAddresses addresses) {
    this.repositories = repositories;
    this.chains = chains;
    this.addresses = addresses;
  }

  /**
   * @param scopes of {@code registries.json}: those that come from here; none for all
   * @param roots of {@code registries.json}: the folder that the client will find the root in
   */
  @GET
  @Path("/{file}")
  public Response get(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("file") String file,
      @QueryParam("scope") List<String> scopes,
      @QueryParam("roots") String roots,
      @Context HttpServerRequest http) {
    Optional<RepositoryRecord> found =
        RepositoryName.parse(owner + "/" + name).flatMap(repositories::find);
    if (found.isEmpty()) {
      return Problem.response(Kind.REPOSITORY_UNKNOWN, "there is no such repository");
    }
    RepositoryName repository = found.get().repository();
    return switch (file) {
      case "registries.json" ->
          registries(found.get(), addresses.base(http.isSSL()), scopes, roots);
      case "root.pem" -> document(PEM, pem(List.of(chains.root(repository))));
      case "root.der", "root.cer" -> document(DER, chains.root(repository).toArray());
      case "chain.pem" -> document(PEM, pem(chains.current(repository)));
      default -> byFingerprint(repository, file);
    };
  }

  /**
   * @param base of the scheme that the request came by, like all other addresses
   */
  private Response registries(
      RepositoryRecord repository, String base, List<String> scopes, String roots) {
    RepositoryName name = repository.repository();
    String folder =
        roots == null ? "/etc/swiftpm/" + name.toString().replace('/', '-') + "-roots" : roots;
    if (!FOLDER.matcher(folder).matches()) {
      return Problem.response(
          Kind.INVALID_VALUE, "roots is an absolute folder: clients know no other and no ~");
    }
    if (scopes.size() > MAX_SCOPES || !scopes.stream().allMatch(s -> SCOPE.matcher(s).matches())) {
      return Problem.response(
          Kind.INVALID_VALUE, "scope is the scope of packages; may be repeated");
    }
    return document(
        "application/json",
        RegistriesJson.document(
            name,
            new SwiftAddresses(base, name),
            scopes,
            folder,
            !repository.settings(new SwiftFormat()).anonymousRead()));
  }

  private Response byFingerprint(RepositoryName repository, String file) {
    Matcher wanted = BY_FINGERPRINT.matcher(file);
    Optional<Bytes> certificate =
        wanted.matches() ? chains.find(repository, wanted.group(1)) : Optional.empty();
    if (certificate.isEmpty()) {
      return Problem.response(
          Kind.KEY_UNKNOWN,
          "here are registries.json, root.pem, root.der, root.cer, chain.pem and, by its SHA-256,"
              + " every certificate as .pem, .der and .cer");
    }
    return wanted.group(2).equals("pem")
        ? document(PEM, pem(List.of(certificate.get())))
        : document(DER, certificate.get().toArray());
  }

  private static Response document(String type, byte[] content) {
    return Response.ok(content)
        .type(type)
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=60")
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  private static byte[] pem(List<Bytes> certificates) {
    StringBuilder pem = new StringBuilder();
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    for (Bytes certificate : certificates) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(lines.encodeToString(certificate.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return pem.toString().getBytes(StandardCharsets.US_ASCII);
  }

  @ServerExceptionMapper
  public Response unavailable(Failure.Transient failure) {
    return Problem.response(Kind.UNAVAILABLE, "the key service does not answer: try again");
  }
}
