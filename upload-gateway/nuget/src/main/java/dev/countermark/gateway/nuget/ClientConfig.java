package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A {@code nuget.config} that restores from one feed and takes only what it signed.
 *
 * @see "nuget reference, section 4.5"
 */
final class ClientConfig {
  private ClientConfig() {}

  static byte[] document(
      RepositoryName repository, FeedAddresses at, List<SigningCertificates.Entry> entries) {
    String name = repository.toString().replace('/', '-');
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n");
    xml.append("  <config>\n    <add key=\"signatureValidationMode\" value=\"require\" />\n");
    xml.append("  </config>\n  <packageSources>\n    <clear />\n");
    xml.append("    <add key=\"").append(name).append("\" value=\"").append(at.serviceIndex());
    xml.append("\" protocolVersion=\"3\"");
    if (!at.secure()) {
      xml.append(" allowInsecureConnections=\"true\"");
    }
    xml.append(" />\n  </packageSources>\n  <disabledPackageSources>\n    <clear />\n");
    xml.append("  </disabledPackageSources>\n  <trustedSigners>\n    <repository name=\"");
    xml.append(name).append("\" serviceIndex=\"").append(at.serviceIndex()).append("\">\n");
    for (SigningCertificates.Entry entry : entries) {
      xml.append("      <certificate fingerprint=\"").append(entry.fingerprint());
      xml.append("\" hashAlgorithm=\"SHA256\" allowUntrustedRoot=\"true\" />\n");
    }
    xml.append("      <owners>").append(repository.owner()).append("</owners>\n");
    xml.append("    </repository>\n  </trustedSigners>\n</configuration>\n");
    return xml.toString().getBytes(StandardCharsets.UTF_8);
  }
}
