package dev.countermark.keyservice.http;

import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.keyservice.ImportedAuthority;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/** Reads the authority that is to be imported, if any, from the files that the settings name. */
final class AuthorityFiles {
  private AuthorityFiles() {}

  /**
   * @param acceptance of the clients who will judge it
   * @throws IllegalArgumentException saying which setting or which certificate is wrong
   */
  static Optional<ImportedAuthority> read(
      Acceptance acceptance, KeyServiceConfig.Imported config, Instant now) {
    boolean pem = config.keyFile().isPresent() || config.certificatesFile().isPresent();
    boolean pkcs12 = config.pkcs12File().isPresent() || config.pkcs12PasswordFile().isPresent();
    if (pem && pkcs12) {
      throw new IllegalArgumentException("set either key-file or pkcs12-file");
    }
    if (pem) {
      return Optional.of(
          pem(
              acceptance,
              config.keyFile().orElseThrow(() -> missing("key-file", "certificates-file")),
              config.certificatesFile().orElseThrow(() -> missing("certificates-file", "key-file")),
              now));
    }
    if (pkcs12) {
      return Optional.of(
          pkcs12(
              acceptance,
              config.pkcs12File().orElseThrow(() -> missing("pkcs12-file", "pkcs12-password-file")),
              config
                  .pkcs12PasswordFile()
                  .orElseThrow(() -> missing("pkcs12-password-file", "pkcs12-file")),
              now));
    }
    return Optional.empty();
  }

  private static IllegalArgumentException missing(String setting, String with) {
    return new IllegalArgumentException("set " + setting + " together with " + with);
  }

  private static ImportedAuthority pem(
      Acceptance acceptance, Path keyFile, Path certificatesFile, Instant now) {
    byte[] key = SettingFiles.read(keyFile, "key-file");
    try {
      return ImportedAuthority.pem(
          acceptance, key, SettingFiles.read(certificatesFile, "certificates-file"), now);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
  }

  private static ImportedAuthority pkcs12(
      Acceptance acceptance, Path file, Path passwordFile, Instant now) {
    byte[] content = SettingFiles.read(file, "pkcs12-file");
    char[] password =
        new String(SettingFiles.read(passwordFile, "pkcs12-password-file"), StandardCharsets.UTF_8)
            .strip()
            .toCharArray();
    try {
      return ImportedAuthority.pkcs12(acceptance, content, password, now);
    } finally {
      Arrays.fill(password, '\0');
    }
  }
}
