package dev.countermark.gateway.kit;

import dev.countermark.contracts.Bytes;
import java.util.Base64;
import java.util.List;

/** Certificates and keys as text (RFC 7468). */
public final class Pem {
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  /**
   * @param certificates DER, in order
   */
  public static String certificates(List<Bytes> certificates) {
    StringBuilder pem = new StringBuilder();
    for (Bytes certificate : certificates) {
      pem.append("-----BEGIN CERTIFICATE-----\n")
          .append(LINES.encodeToString(certificate.toArray()))
          .append("\n-----END CERTIFICATE-----\n");
    }
    return pem.toString();
  }
}
