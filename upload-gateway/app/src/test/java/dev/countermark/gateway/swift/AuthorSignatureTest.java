package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.format.swift.SwiftPki;
import dev.countermark.format.swift.SwiftRecords.AppliedPolicy;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorPolicy;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.archive.InvalidArchiveException;
import dev.countermark.format.swift.signature.CmsSignature;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.security.cert.CertificateEncodingException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Releases that come with their author's signatures. */
@QuarkusTest
class AuthorSignatureTest extends SwiftTestBase {
  private static final String PATH = "mona/LinkedList/1.1.1";
  private static final Identity LIB = identity("mona.linkedlist", "1.1.1");
  private static final String[] SIGNED = {"X-Swift-Package-Signature-Format", "cms-1.0.0"};
  private static final String METADATA = "{\"description\":\"signed\"}";

  /** Valid now, whatever now is. */
  private static final SwiftPki.Signer ROOT =
      SwiftPki.selfSigned("CN=Author Root", p -> p.ca(-1).validity(days(-10), days(100)));

  private static final SwiftPki.Signer AUTHOR =
      ROOT.issue("CN=Mona,O=Example", p -> p.validity(days(-5), days(50)));

  private static Instant days(int days) {
    return Instant.now().truncatedTo(ChronoUnit.DAYS).plus(days, ChronoUnit.DAYS);
  }

  private static byte[] archive() throws IOException, InvalidArchiveException {
    return SwiftSamples.withSignedManifests(SwiftSamples.archive().bytes(), AUTHOR);
  }

  private static Form signed(byte[] archive) {
    return Form.archive(archive).archiveSignature(SwiftSamples.sign(archive, AUTHOR));
  }

  private static String root(SwiftPki.Signer root) {
    try {
      return "\"" + Base64.getEncoder().encodeToString(root.certificate().getEncoded()) + "\"";
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Registry trusting(String policy) {
    return registry("{\"authors\":\"" + policy + "\",\"authorRoots\":[" + root(ROOT) + "]}");
  }

  private void refused(Registry registry, Form form, int status, String why, String... headers) {
    int before = keys("").size();
    registry.publish(PATH, form, headers).isRefused(status, why);
    assertThat(keys("")).hasSize(before);
  }

  @Test
  void areVerifiedAndKeptInTheRecord() throws IOException, InvalidArchiveException {
    byte[] archive = archive();
    byte[] metadataCms = SwiftSamples.sign(utf8(METADATA), AUTHOR);
    for (String policy : new String[] {"keep-author", "require", "replace"}) {
      Registry registry = trusting(policy);
      Form form = signed(archive).metadata(METADATA).metadataSignature(metadataCms);

      registry.publish(PATH, form, with("Prefer", "wait=0")).is(202);

      AuthorSignature author = registry.record(LIB).orElseThrow().author().orElseThrow();
      assertThat(author)
          .isEqualTo(
              new AuthorSignature(
                  Bytes.of(SwiftSamples.sign(archive, AUTHOR)),
                  java.util.Optional.of(Bytes.of(metadataCms)),
                  "Mona",
                  CmsSignature.fingerprint(AUTHOR.certificate())));
      assertThat(registry.record(LIB).orElseThrow().policy())
          .contains(
              new AppliedPolicy(
                  ArchiveMode.EMBED,
                  Json.read(utf8('"' + policy + '"'), AuthorPolicy.class),
                  List.of(Bytes.of(Base64.getDecoder().decode(root(ROOT).replace("\"", ""))))));
    }
  }

  private static String[] with(String... more) {
    String[] all = java.util.Arrays.copyOf(SIGNED, SIGNED.length + more.length);
    System.arraycopy(more, 0, all, SIGNED.length, more.length);
    return all;
  }

  @Test
  void stayAsEvidenceWhereTheRepositorysTakesTheirPlace()
      throws IOException, InvalidArchiveException {
    Registry registry = registry("{\"authors\":\"replace\"}");
    byte[] archive = archive();
    registry.publish(PATH, signed(archive), with("Prefer", "wait=0")).is(202);
    new TestSigner(store, keyClient).sign(registry.name, LIB);

    JsonNode evidence =
        registry.reader.get(registry.at(PATH)).json().path("metadata").path("authorSignature");

    assertThat(Base64.getDecoder().decode(evidence.path("signatureBase64Encoded").asText()))
        .isEqualTo(SwiftSamples.sign(archive, AUTHOR));
    assertThat(evidence.path("signer").asText()).isEqualTo("Mona");
  }

  @Test
  void needRootsToBeKept() throws IOException, InvalidArchiveException {
    refused(registry(), signed(archive()), 422, "swift.authorRoots", SIGNED);
  }

  @Test
  void areRequiredWhereThePolicySaysSo() {
    refused(trusting("require"), Form.archive(Archives.sound()), 422, "--private-key-path");
  }

  @Test
  void ofStrangersAreRefused() throws IOException, InvalidArchiveException {
    SwiftPki.Signer other = SwiftPki.selfSigned("CN=Other", p -> p.ca(-1));
    for (String policy : new String[] {"keep-author", "require", "replace"}) {
      Registry registry =
          registry("{\"authors\":\"" + policy + "\",\"authorRoots\":[" + root(other) + "]}");
      refused(registry, signed(archive()), 422, "not trusted", SIGNED);
    }
  }

  @Test
  void thatAreBrokenAreRefusedWhateverThePolicy() throws IOException, InvalidArchiveException {
    byte[] archive = archive();
    byte[] unsigned = SwiftSamples.archive().bytes();
    for (Registry registry :
        new Registry[] {trusting("keep-author"), registry("{\"authors\":\"replace\"}")}) {
      refused(
          registry,
          Form.archive(archive).archiveSignature(SwiftSamples.sign(unsigned, AUTHOR)),
          422,
          "signature is invalid",
          SIGNED);
      refused(
          registry,
          Form.archive(archive).archiveSignature(new byte[] {0x30, 0}),
          422,
          "signature is invalid",
          SIGNED);
      refused(registry, signed(unsigned), 422, "Package.swift", SIGNED);
      refused(
          registry,
          signed(archive)
              .metadata(METADATA)
              .metadataSignature(SwiftSamples.sign(utf8("{}"), AUTHOR)),
          422,
          "package-metadata.json",
          SIGNED);
    }
  }

  @Test
  void areAnnouncedAndComplete() throws IOException, InvalidArchiveException {
    Registry registry = trusting("keep-author");
    byte[] cms = SwiftSamples.sign(archive(), AUTHOR);
    refused(registry, signed(archive()), 422, "X-Swift-Package-Signature-Format");
    refused(
        registry,
        Form.archive(archive()).metadata("{}").metadataSignature(cms),
        422,
        "X-Swift-Package-Signature-Format");
    refused(registry, Form.archive(archive()), 422, "source-archive-signature", SIGNED);
    refused(registry, signed(archive()).metadata("{}"), 422, "metadata-signature", SIGNED);
    refused(registry, signed(archive()).metadataSignature(cms), 422, "part metadata", SIGNED);
    refused(
        registry,
        signed(archive()),
        415,
        "cms-1.0.0",
        "X-Swift-Package-Signature-Format",
        "cms-2.0.0");
  }
}
