package dev.countermark.gateway.nuget;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.addresses.PublicAddresses;
import dev.countermark.gateway.api.Problem;
import dev.countermark.gateway.api.Problem.Kind;
import dev.countermark.gateway.repositories.Repositories;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/**
 * {@code /{owner}/{name}/keys/nuget/…}: what consumers need to trust the packages of a repository;
 * public, for nothing of it is secret.
 */
@Path("/{owner}/{name}/keys/nuget")
@Blocking
public class TrustResource {
  private final Repositories repositories;
  private final SigningCertificates certificates;
  private final PublicAddresses addresses;

  TrustResource(
      Repositories repositories, SigningCertificates certificates, PublicAddresses addresses) {
    this.repositories = repositories;
    this.certificates = certificates;
    this.addresses = addresses;
  }

  @GET
  @Path("/{file}")
  public Response get(
      @PathParam("owner") String owner,
      @PathParam("name") String name,
      @PathParam("file") String file) {
    Optional<RepositoryName> repository =
        RepositoryName.parse(owner + "/" + name).filter(r -> repositories.find(r).isPresent());
    if (repository.isEmpty()) {
      return Problem.response(Kind.REPOSITORY_UNKNOWN, "there is no such repository");
    }
    List<SigningCertificates.Entry> entries = certificates.of(repository.get());
    try {
      return switch (file) {
        case "nuget.config" ->
            document(
                "application/xml",
                NugetConfig.document(
                    repository.get(),
                    new FeedAddresses(addresses.best(), repository.get()),
                    entries));
        case "root.pem" -> document("application/x-pem-file", pem(current(entries).root()));
        case "root.crt" -> document("application/pkix-cert", current(entries).root().getEncoded());
        case "chain.pem" -> document("application/x-pem-file", pem(current(entries).chain()));
        default ->
            Problem.response(
                Kind.KEY_UNKNOWN, "here are nuget.config, root.pem, root.crt and chain.pem");
      };
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that cannot be encoded", e);
    }
  }

  private static SigningCertificates.Entry current(List<SigningCertificates.Entry> entries) {
    return entries.stream()
        .filter(SigningCertificates.Entry::current)
        .findFirst()
        .orElseThrow(() -> new Failure.Transient("the key service names no current key", null));
  }

  private static Response document(String type, byte[] content) {
    return Response.ok(content)
        .type(type)
        .header(HttpHeaders.CACHE_CONTROL, "public, max-age=60")
        .header("X-Content-Type-Options", "nosniff")
        .build();
  }

  private static byte[] pem(X509Certificate certificate) throws CertificateEncodingException {
    return pem(List.of(certificate));
  }

  private static byte[] pem(List<X509Certificate> certificates)
      throws CertificateEncodingException {
    StringBuilder pem = new StringBuilder();
    Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    for (X509Certificate certificate : certificates) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(lines.encodeToString(certificate.getEncoded()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return pem.toString().getBytes(StandardCharsets.US_ASCII);
  }

  @ServerExceptionMapper
  public Response unavailable(Failure.Transient failure) {
    return Problem.response(Kind.UNAVAILABLE, "the key service does not answer: try again");
  }
}
