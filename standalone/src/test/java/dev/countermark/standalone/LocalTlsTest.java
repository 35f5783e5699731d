package dev.countermark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalTlsTest {
  @TempDir Path folder;

  private LocalTls tls(String... names) throws Exception {
    return LocalTls.of(DataDirectory.open(folder.resolve("data")), List.of(names));
  }

  private static X509Certificate read(Path pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(pem)));
  }

  @Test
  void aServerCertificateForAllNames() throws Exception {
    LocalTls tls = tls("localhost", "127.0.0.1", "feed.example");
    X509Certificate server = read(tls.certificate());
    X509Certificate authority = read(tls.authority());

    server.verify(authority.getPublicKey());
    assertThat(server.getSubjectAlternativeNames())
        .extracting(name -> String.valueOf(name.get(1)))
        .containsExactly("localhost", "127.0.0.1", "feed.example");
    assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    assertThat(server.getBasicConstraints()).isEqualTo(-1);
    assertThat(authority.getBasicConstraints()).isZero();
  }

  @Test
  void theSameAgainAsLongAsItWillDo() throws Exception {
    byte[] first = Files.readAllBytes(tls("localhost").certificate());
    byte[] authority = Files.readAllBytes(tls("localhost").authority());
    assertThat(Files.readAllBytes(tls("localhost").certificate())).isEqualTo(first);

    LocalTls other = tls("localhost", "new.example");
    assertThat(Files.readAllBytes(other.certificate())).isNotEqualTo(first);
    assertThat(Files.readAllBytes(other.authority())).isEqualTo(authority);
    read(other.certificate()).verify(read(other.authority()).getPublicKey());
  }

  @Test
  void onlyTheOwnerReadsTheKeys() throws Exception {
    LocalTls tls = tls("localhost");
    for (Path key : List.of(tls.key(), tls.authority().resolveSibling("ca-key.pem"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
    }
  }
}
