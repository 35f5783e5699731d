package dev.countermark.format.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;

/**
 * Sigstore bundles v0.3 with a self-managed key, as cosign 3 writes and reads them (reference: OCI,
 * section 4). Readers are strict: an unknown member makes a bundle invisible.
 */
final class Bundles {
  static final String PREDICATE_TYPE = "https://sigstore.dev/cosign/sign/v1";
  static final Content EMPTY_CONFIG =
      Content.blob(MediaTypes.EMPTY, "{}".getBytes(StandardCharsets.UTF_8));

  private Bundles() {}

  /** The in-toto statement that says: this image is signed. */
  static byte[] statement(Digest subject) {
    ObjectNode statement = StrictJson.newObject();
    statement.put("_type", "https://in-toto.io/Statement/v1");
    ObjectNode of = statement.putArray("subject").addObject();
    of.putObject("digest").put(subject.algorithm(), subject.encoded());
    of.putObject("annotations");
    statement.put("predicateType", PREDICATE_TYPE);
    statement.putObject("predicate");
    return StrictJson.write(statement);
  }

  /**
   * DSSE's pre-authentication encoding: what is signed.
   *
   * @see "DSSE protocol, section PAE"
   */
  static byte[] pae(String type, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 64);
    byte[] typeBytes = type.getBytes(StandardCharsets.UTF_8);
    out.writeBytes(("DSSEv1 " + typeBytes.length + " ").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(typeBytes);
    out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.UTF_8));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /**
   * The bundle. Its key id is left out on purpose: Go verifiers skip a signature whose id is not
   * the fingerprint they would have chosen.
   *
   * @param signature DER
   * @param spki DER of the public key; its SHA-256 is the hint
   */
  static Content bundle(byte[] statement, byte[] signature, byte[] spki) {
    Base64.Encoder base64 = Base64.getEncoder();
    ObjectNode bundle = StrictJson.newObject();
    bundle.put("mediaType", MediaTypes.BUNDLE);
    bundle
        .putObject("verificationMaterial")
        .putObject("publicKey")
        .put("hint", base64.encodeToString(Digest.hash("SHA-256", spki)));
    ObjectNode envelope = bundle.putObject("dsseEnvelope");
    envelope.put("payload", base64.encodeToString(statement));
    envelope.put("payloadType", MediaTypes.IN_TOTO);
    envelope.putArray("signatures").addObject().put("sig", base64.encodeToString(signature));
    return Content.blob(MediaTypes.BUNDLE, StrictJson.write(bundle));
  }

  /**
   * The referrer manifest that holds the bundle.
   *
   * @param created when the image was pushed, so that a second run makes the same bytes
   */
  static Content manifest(Content bundle, Descriptor subject, Instant created) {
    ObjectNode manifest = StrictJson.newObject();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.OCI_MANIFEST);
    ObjectNode config = manifest.putObject("config");
    config.put("mediaType", MediaTypes.EMPTY);
    config.put("size", EMPTY_CONFIG.size());
    config.put("digest", EMPTY_CONFIG.digest().toString());
    ObjectNode layer = manifest.putArray("layers").addObject();
    layer.put("mediaType", MediaTypes.BUNDLE);
    layer.put("size", bundle.size());
    layer.put("digest", bundle.digest().toString());
    ObjectNode annotations = manifest.putObject("annotations");
    annotations.put("dev.sigstore.bundle.content", "dsse-envelope");
    annotations.put("dev.sigstore.bundle.predicateType", PREDICATE_TYPE);
    annotations.put(
        "org.opencontainers.image.created", created.truncatedTo(ChronoUnit.SECONDS).toString());
    ObjectNode of = manifest.putObject("subject");
    of.put("mediaType", subject.mediaType());
    of.put("size", subject.size());
    of.put("digest", subject.digest().toString());
    manifest.put("artifactType", MediaTypes.BUNDLE);
    return Content.manifest(StrictJson.write(manifest));
  }
}
