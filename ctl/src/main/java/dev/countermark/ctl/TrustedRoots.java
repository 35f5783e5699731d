package dev.countermark.ctl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Certificates that the caller trusts. */
public final class TrustedRoots {
  private TrustedRoots() {}

  /**
   * Reads all certificates of some files.
   *
   * @param files PEM, one or more certificates each
   * @throws UnreadableException when one of them is not readable or holds no certificate
   */
  public static List<X509Certificate> read(List<Path> files) {
    List<X509Certificate> roots = new ArrayList<>();
    for (Path file : files) {
      List<X509Certificate> found = read(file);
      if (found.isEmpty()) {
        throw new UnreadableException(file, "no certificate in PEM form");
      }
      roots.addAll(found);
    }
    return roots;
  }

  private static List<X509Certificate> read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      return List.of();
    } catch (IOException e) {
      throw new UnreadableException(file, e);
    }
  }
}
