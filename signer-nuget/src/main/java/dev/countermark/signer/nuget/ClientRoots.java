package dev.countermark.signer.nuget;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Whom clients trust, as far as this process can know. */
final class ClientRoots {
  private ClientRoots() {}

  /**
   * The certificates of a file of the client's, where there is one. The Java platform's are most of
   * them, and none of its own makes a private authority a public one.
   *
   * @throws IllegalStateException when the file cannot be read or holds no certificate
   */
  static Collection<X509Certificate> of(Optional<Path> pem) {
    return pem.map(ClientRoots::read).orElseGet(ClientRoots::ofThePlatform);
  }

  private static Collection<X509Certificate> read(Path pem) {
    try (InputStream in = Files.newInputStream(pem)) {
      List<X509Certificate> roots =
          CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
              .map(X509Certificate.class::cast)
              .toList();
      if (roots.isEmpty()) {
        throw new IllegalStateException(pem + " holds no certificate in PEM form");
      }
      return roots;
    } catch (IOException | CertificateException e) {
      throw new IllegalStateException(pem + " holds no certificates that can be read", e);
    }
  }

  private static Collection<X509Certificate> ofThePlatform() {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init((KeyStore) null);
      return Arrays.stream(factory.getTrustManagers())
          .filter(X509TrustManager.class::isInstance)
          .flatMap(m -> Arrays.stream(((X509TrustManager) m).getAcceptedIssuers()))
          .toList();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform has no list of authorities", e);
    }
  }
}
