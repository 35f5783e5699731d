package dev.countermark.format.nuget;

import dev.countermark.format.nuget.verify.TrustedSigner;
import java.util.List;

/**
 * A package and the judgement on it.
 *
 * @param id of the package; unique
 * @param signers that {@code nuget.config} trusts
 * @param timestampAuthorityTrusted whether {@link TestTsa#ROOT} must be among the trusted
 * @param expected severity and code of each finding, such as {@code ERROR NU3018}; {@code STRICT}
 *     for those that the client does not have
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Sample(
    String id,
    byte[] file,
    List<TrustedSigner> signers,
    boolean timestampAuthorityTrusted,
    List<String> expected) {
  public Sample {
    signers = List.copyOf(signers);
    expected = List.copyOf(expected);
  }

  /** What makes the client trust the signers, and nobody else. */
  public String nugetConfig() {
    StringBuilder entries = new StringBuilder();
    for (int i = 0; i < signers.size(); i++) {
      TrustedSigner signer = signers.get(i);
      boolean author = signer.kind() == TrustedSigner.Kind.AUTHOR;
      String certificate =
          "<certificate fingerprint=\"%s\" hashAlgorithm=\"SHA256\" allowUntrustedRoot=\"%s\" />"
              .formatted(signer.fingerprint(), signer.allowUntrustedRoot());
      String owners =
          signer.owners().isEmpty()
              ? ""
              : "<owners>" + String.join(";", signer.owners()) + "</owners>";
      entries.append(
          author
              ? "<author name=\"s%d\">%s</author>".formatted(i, certificate)
              : "<repository name=\"s%d\" serviceIndex=\"%s\">%s%s</repository>"
                  .formatted(i, ForgedSignature.SERVICE_INDEX, certificate, owners));
    }
    return """
        <configuration>
          <packageSources><clear /></packageSources>
          <trustedSigners><clear />%s</trustedSigners>
        </configuration>
        """
        .formatted(entries);
  }

  @Override
  public String toString() {
    return id;
  }
}
