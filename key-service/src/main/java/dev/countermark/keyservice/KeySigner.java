package dev.countermark.keyservice;

import dev.countermark.contracts.Bytes;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.operator.ContentSigner;

/** Lets Bouncy Castle sign with one of our keys. */
final class KeySigner implements ContentSigner {
  private final ByteArrayOutputStream content = new ByteArrayOutputStream();
  private final SigningKey key;

  KeySigner(SigningKey key) {
    this.key = key;
  }

  @Override
  public AlgorithmIdentifier getAlgorithmIdentifier() {
    return key.signatureAlgorithm();
  }

  @Override
  public OutputStream getOutputStream() {
    return content;
  }

  @Override
  public byte[] getSignature() {
    return key.sign(Bytes.of(Hashes.sha256(content.toByteArray()))).toArray();
  }
}
