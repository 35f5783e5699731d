package dev.countermark.keyservice.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.keyservice.Forge;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The settings of certificate authorities, from their text to the files that they name. */
class AuthorityFilesTest {
  private static final Acceptance RSA = new Acceptance(false, true);
  private static final String PREFIX = "countermark.keyservice.ca.nuget.";

  @TempDir Path folder;

  private static KeyServiceConfig config(Map<String, String> settings) {
    return new SmallRyeConfigBuilder()
        .withMapping(KeyServiceConfig.class)
        .withDefaultValues(settings)
        .build()
        .getConfigMapping(KeyServiceConfig.class);
  }

  private boolean imports(String... settings) {
    Map<String, String> all = new HashMap<>();
    for (int i = 0; i < settings.length; i += 2) {
      all.put(PREFIX + settings[i], folder.resolve(settings[i + 1]).toString());
    }
    KeyServiceConfig.Authority set = config(all).ca().get("nuget");
    return AuthorityFiles.read(RSA, set, Instant.now()).isPresent();
  }

  private void write(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  @Test
  void importsNothingUnlessToldTo() {
    assertThat(imports("organization", "x")).isFalse();
  }

  @Test
  void readsPem() throws Exception {
    Forge.Issued authority = Forge.authority("CA").selfSigned();
    write("ca.key", Forge.pem(authority.keys()));
    write("ca.pem", Forge.pem(authority));
    assertThat(imports("key-file", "ca.key", "certificates-file", "ca.pem")).isTrue();
  }

  @Test
  void readsPkcs12() throws Exception {
    write("ca.p12", Forge.pkcs12("secret", List.of(Forge.authority("CA").selfSigned())));
    write("password", "secret\n".getBytes(StandardCharsets.UTF_8));
    assertThat(imports("pkcs12-file", "ca.p12", "pkcs12-password-file", "password")).isTrue();
  }

  @Test
  void namesTheSettingThatIsMissing() {
    assertRefused("set certificates-file together with key-file", "key-file", "x");
    assertRefused("set key-file together with certificates-file", "certificates-file", "x");
    assertRefused("set pkcs12-password-file together with pkcs12-file", "pkcs12-file", "x");
    assertRefused("set pkcs12-file together with pkcs12-pass", "pkcs12-password-file", "x");
    assertRefused("either key-file or pkcs12-file", "key-file", "x", "pkcs12-file", "y");
  }

  @Test
  void namesTheFileThatIsMissing() throws Exception {
    assertRefused("key-file: cannot read", "key-file", "no.key", "certificates-file", "no.pem");
    write("ca.key", Forge.pem(Forge.rsa(2_048)));
    assertRefused("no.pem", "key-file", "ca.key", "certificates-file", "no.pem");
  }

  @Test
  void tellsWhatIsWrongWithAnAuthority() throws Exception {
    write("ca.key", Forge.pem(Forge.rsa(2_048)));
    write("ca.pem", Forge.pem(Forge.authority("CA").selfSigned()));
    assertRefused("not that of the key", "key-file", "ca.key", "certificates-file", "ca.pem");
  }

  private void assertRefused(String why, String... settings) {
    assertThatThrownBy(() -> imports(settings))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }
}
