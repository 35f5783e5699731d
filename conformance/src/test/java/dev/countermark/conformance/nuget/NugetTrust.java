package dev.countermark.conformance.nuget;

import dev.countermark.format.nuget.verify.TrustedSigner;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What a {@code nuget.config} says about whom to trust, so that our own verifier can obey it. */
final class NugetTrust {
  private final Document config;

  private NugetTrust(Document config) {
    this.config = config;
  }

  static NugetTrust of(String config) {
    try {
      return new NugetTrust(
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .parse(new ByteArrayInputStream(config.getBytes(StandardCharsets.UTF_8))));
    } catch (Exception e) {
      throw new IllegalArgumentException("not a nuget.config: " + config, e);
    }
  }

  List<TrustedSigner> signers() {
    List<TrustedSigner> signers = new ArrayList<>();
    for (Element certificate : elements("certificate")) {
      Element signer = (Element) certificate.getParentNode();
      String fingerprint = certificate.getAttribute("fingerprint");
      boolean untrustedRoot = Boolean.parseBoolean(certificate.getAttribute("allowUntrustedRoot"));
      signers.add(
          signer.getTagName().equals("author")
              ? TrustedSigner.author(fingerprint, untrustedRoot)
              : TrustedSigner.repository(fingerprint, untrustedRoot, owners(signer)));
    }
    return signers;
  }

  private static List<String> owners(Element repository) {
    NodeList owners = repository.getElementsByTagName("owners");
    return owners.getLength() == 0
        ? List.of()
        : List.of(owners.item(0).getTextContent().split(";"));
  }

  /** Whether only packages of the listed signers are accepted. */
  boolean signaturesRequired() {
    return elements("add").stream()
        .anyMatch(
            e ->
                e.getAttribute("key").equals("signatureValidationMode")
                    && e.getAttribute("value").equals("require"));
  }

  private List<Element> elements(String name) {
    NodeList found = config.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }
}
