package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetFormat;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A {@code nuget.config} that restores from one feed and takes only what it signed.
 *
 * @see "nuget reference, section 4.5"
 */
final class ClientConfig {
  private ClientConfig() {}

  /**
   * @param from where packages come from
   * @param signed what signatures call the feed, whichever way it is reached
   * @param open whether the feed needs no credentials
   */
  static byte[] document(
      RepositoryName repository,
      FeedAddresses from,
      FeedAddresses signed,
      List<SigningCertificates.Entry> entries,
      boolean open) {
    String name = NugetFormat.sourceName(repository);
    StringBuilder xml = new StringBuilder();
    xml.append("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<configuration>\n");
    if (!open) {
      xml.append("  <!-- The feed needs a token of scope pull, which the client takes from the\n");
      xml.append("       environment variable NuGetPackageSourceCredentials_").append(name);
      xml.append(":\n       Username=token;Password=TOKEN\n  -->\n");
    }
    xml.append("  <config>\n    <add key=\"signatureValidationMode\" value=\"require\" />\n");
    xml.append("  </config>\n  <packageSources>\n    <clear />\n");
    xml.append("    <add key=\"").append(name).append("\" value=\"").append(from.serviceIndex());
    xml.append("\" protocolVersion=\"3\"");
    if (!from.secure()) {
      xml.append(" allowInsecureConnections=\"true\"");
    }
    xml.append(" />\n  </packageSources>\n  <disabledPackageSources>\n    <clear />\n");
    xml.append("  </disabledPackageSources>\n  <trustedSigners>\n    <repository name=\"");
    xml.append(name).append("\" serviceIndex=\"").append(signed.serviceIndex()).append("\">\n");
    for (SigningCertificates.Entry entry : entries) {
      xml.append("      <certificate fingerprint=\"").append(entry.fingerprint());
      xml.append("\" hashAlgorithm=\"SHA256\" allowUntrustedRoot=\"true\" />\n");
    }
    xml.append("      <owners>").append(repository.owner()).append("</owners>\n");
    xml.append("    </repository>\n  </trustedSigners>\n</configuration>\n");
    return xml.toString().getBytes(StandardCharsets.UTF_8);
  }
}
