package dev.countermark.gateway.swift;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.gateway.kit.Pem;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.SettingsForm;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Settings of a registry as the management API takes and shows them. */
final class SwiftSettingsForm implements SettingsForm<SwiftSettings> {
  private static final int MAX_ROOTS = 20;

  @Schema(name = "SwiftSettings")
  record Body(
      @JsonProperty("anonymousRead") @Schema(description = "anybody may resolve; default false")
          Boolean anonymousRead,
      @JsonProperty("archives")
          @Schema(
              description =
                  "embed: signed manifests replace those in the archive; overlay: the archive stays"
                      + " as it was pushed; default embed")
          ArchiveMode archives,
      @JsonProperty("authors")
          @Schema(
              description =
                  "what is done with releases that their author signed; default keep-author;"
                      + " require takes nothing unsigned")
          AuthorPolicy authors,
      @JsonProperty("authorRoots")
          @Schema(
              description =
                  "certificates that vouch for authors, PEM; without any, no author's signature can"
                      + " be kept")
          List<String> authorRoots) {}

  /**
   * @param authorRoots PEM
   */
  private record Shown(
      boolean anonymousRead,
      ArchiveMode archives,
      AuthorPolicy authors,
      List<String> authorRoots) {}

  private final Clock clock;

  SwiftSettingsForm(Clock clock) {
    this.clock = clock;
  }

  @Override
  public void requireMet(SwiftSettings settings) {
    if (settings.authors() == AuthorPolicy.REQUIRE && settings.authorRoots().isEmpty()) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "authors cannot be required without authorRoots: nobody vouches for any author, and"
              + " nothing could be published");
    }
    Instant now = clock.instant();
    for (int i = 0; i < settings.authorRoots().size(); i++) {
      Optional<String> objection = CertificatePolicy.objection(certificate(settings, i), now);
      if (objection.isPresent()) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "authorRoots[" + i + "] can vouch for nobody: " + objection.get());
      }
    }
  }

  private static X509Certificate certificate(SwiftSettings settings, int index) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(settings.authorRoots().get(index).toArray()));
    } catch (CertificateException e) {
      throw new IllegalStateException("what was read cannot be read", e);
    }
  }

  @Override
  public Class<?> body() {
    return Body.class;
  }

  @Override
  public SwiftSettings settings(Object form) {
    Body body = (Body) form;
    List<String> pem = body.authorRoots() == null ? List.of() : body.authorRoots();
    if (pem.size() > MAX_ROOTS) {
      throw new ProblemException(
          Kind.INVALID_VALUE, "authorRoots has at most " + MAX_ROOTS + " certificates");
    }
    return new SwiftSettings(
        Boolean.TRUE.equals(body.anonymousRead()),
        body.archives(),
        body.authors(),
        pem.stream().map(SwiftSettingsForm::root).toList());
  }

  /** Also DER in Base64. */
  private static Bytes root(String certificate) {
    if (certificate == null) {
      throw new ProblemException(Kind.INVALID_VALUE, "authorRoots has a null");
    }
    try {
      byte[] bytes =
          certificate.contains("-----")
              ? certificate.getBytes(StandardCharsets.US_ASCII)
              : Base64.getDecoder().decode(certificate);
      return Bytes.of(
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(bytes))
              .getEncoded());
    } catch (CertificateException | IllegalArgumentException e) {
      throw new ProblemException(Kind.INVALID_VALUE, "authorRoots are X.509 certificates in PEM");
    }
  }

  @Override
  public Object shown(SwiftSettings settings) {
    return new Shown(
        settings.anonymousRead(),
        settings.archives(),
        settings.authors(),
        settings.authorRoots().stream().map(root -> Pem.certificates(List.of(root))).toList());
  }
}
