package dev.countermark.signer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.echo.EchoFiles;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerServiceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** A format that is only on the class path of the service that is deployed. */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class EchoServiceTest extends SignerServiceContract<EchoRecord, EchoSettings> {
  @Override
  protected Format<EchoRecord, EchoSettings> format() {
    return new EchoFormat();
  }

  @Override
  protected PushedPackages<EchoRecord> packages() {
    return new EchoFiles();
  }

  @Override
  protected void assertSignedBy(EchoRecord record, PublicKeyVersion key) {
    try {
      Signature ecdsa = Signature.getInstance("NONEwithECDSA");
      ecdsa.initVerify(
          KeyFactory.getInstance("EC")
              .generatePublic(new X509EncodedKeySpec(key.spki().toArray())));
      ecdsa.update(HexFormat.of().parseHex(record.upload().sha256()));
      assertThat(ecdsa.verify(record.signature().orElseThrow().value().toArray())).isTrue();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
