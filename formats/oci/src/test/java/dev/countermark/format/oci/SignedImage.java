package dev.countermark.format.oci;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An image that was signed with a key made for the test. */
record SignedImage(KeyPair key, Descriptor subject, String reference, SignaturePlan.Signed signed) {
  static SignedImage of(String content) {
    KeyPair key = newKey();
    Descriptor subject =
        new Descriptor(
            MediaTypes.OCI_MANIFEST,
            Digest.sha256(content.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            content.length(),
            Optional.empty(),
            Map.of());
    return of(key, subject, "registry.example/acme/app");
  }

  static SignedImage of(KeyPair key, Descriptor subject, String reference) {
    SignaturePlan plan =
        SignaturePlan.prepare(
            subject, Instant.parse("2026-11-24T10:00:00Z"), List.of(reference), true);
    List<byte[]> signatures = new ArrayList<>();
    for (byte[] hash : plan.hashes()) {
      signatures.add(sign(key, hash));
    }
    return new SignedImage(
        key, subject, reference, plan.complete(signatures, key.getPublic().getEncoded()));
  }

  static KeyPair newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] sign(KeyPair key, byte[] hash) {
    try {
      Signature signature = Signature.getInstance("NONEwithECDSA");
      signature.initSign(key.getPrivate());
      signature.update(hash);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  CosignVerifier verifier() {
    return new CosignVerifier(List.of(key.getPublic().getEncoded()));
  }

  Content payload() {
    return signed.layers().get(0).payload();
  }

  byte[] manifest() {
    return LegacySignatures.render(signed.layers()).manifest().bytes();
  }

  byte[] bundle() {
    return signed.bundle().orElseThrow().content().bytes();
  }

  Optional<byte[]> blob(Digest digest) {
    return digest.equals(payload().digest()) ? Optional.of(payload().bytes()) : Optional.empty();
  }
}
