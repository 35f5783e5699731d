package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Json;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads signatures as a client does, with nothing but the JDK: a second opinion on what the
 * format's own verifier says.
 */
final class Oracle {
  private Oracle() {}

  /** The {@code docker-reference} of each valid {@code .sig} layer by {@code key}, in order. */
  static List<String> legacyReferences(ManifestRecord record, PublicKeyVersion key) {
    Signatures all = record.signatures().orElseThrow();
    List<String> references = new ArrayList<>();
    if (all.signatureManifest().isEmpty()) {
      return references;
    }
    JsonNode manifest = manifest(all, all.signatureManifest().get());
    for (JsonNode layer : manifest.get("layers")) {
      assertThat(layer.get("mediaType").asText())
          .isEqualTo("application/vnd.dev.cosign.simplesigning.v1+json");
      byte[] payload = blob(all, layer);
      byte[] signature =
          Base64.getDecoder()
              .decode(layer.at("/annotations/dev.cosignproject.cosign~1signature").asText());
      JsonNode critical = Json.read(payload, JsonNode.class).get("critical");
      assertThat(critical.at("/image/docker-manifest-digest").asText()).isEqualTo(record.digest());
      if (verifies(key, payload, signature)) {
        references.add(critical.at("/identity/docker-reference").asText());
      }
    }
    return references;
  }

  /** How many bundles are valid by {@code key}. */
  static int bundles(ManifestRecord record, PublicKeyVersion key) {
    Signatures all = record.signatures().orElseThrow();
    int valid = 0;
    for (String digest : all.bundleManifests()) {
      JsonNode manifest = manifest(all, digest);
      assertThat(manifest.at("/subject/digest").asText()).isEqualTo(record.digest());
      assertThat(manifest.at("/subject/size").asInt()).isEqualTo(record.content().length());
      assertThat(manifest.get("layers")).hasSize(1);
      JsonNode envelope =
          Json.read(blob(all, manifest.get("layers").get(0)), JsonNode.class).get("dsseEnvelope");
      byte[] payload = Base64.getDecoder().decode(envelope.get("payload").asText());
      String[] digestParts = record.digest().split(":");
      assertThat(
              Json.read(payload, JsonNode.class).at("/subject/0/digest/" + digestParts[0]).asText())
          .isEqualTo(digestParts[1]);
      ByteArrayOutputStream pae = new ByteArrayOutputStream();
      pae.writeBytes(
          ("DSSEv1 28 application/vnd.in-toto+json " + payload.length + " ")
              .getBytes(StandardCharsets.US_ASCII));
      pae.writeBytes(payload);
      byte[] signature = Base64.getDecoder().decode(envelope.at("/signatures/0/sig").asText());
      if (verifies(key, pae.toByteArray(), signature)) {
        valid++;
      }
    }
    return valid;
  }

  private static JsonNode manifest(Signatures all, String digest) {
    SignaturePiece piece = all.piece(digest).orElseThrow();
    assertThat(piece.manifest()).isTrue();
    assertThat(sha256(piece.content().toArray())).isEqualTo(digest);
    return Json.read(piece.content().toArray(), JsonNode.class);
  }

  private static byte[] blob(Signatures all, JsonNode descriptor) {
    SignaturePiece piece = all.piece(descriptor.get("digest").asText()).orElseThrow();
    assertThat(piece.manifest()).isFalse();
    assertThat(sha256(piece.content().toArray())).isEqualTo(piece.digest());
    assertThat(piece.content().length()).isEqualTo(descriptor.get("size").asInt());
    return piece.content().toArray();
  }

  static String sha256(byte[] content) {
    return "sha256:" + HexFormat.of().formatHex(hash("SHA-256", content));
  }

  static byte[] hash(String algorithm, byte[] content) {
    try {
      return MessageDigest.getInstance(algorithm).digest(content);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean verifies(PublicKeyVersion key, byte[] content, byte[] signature) {
    try {
      Signature verifier = Signature.getInstance("SHA256withECDSA");
      verifier.initVerify(
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(key.spki().toArray())));
      verifier.update(content);
      return verifier.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }
}
