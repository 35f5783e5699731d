package dev.countermark.signer.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerServiceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerOciServiceTest extends SignerServiceContract<ManifestRecord, OciSettings> {
  @Override
  protected Format<ManifestRecord, OciSettings> format() {
    return new OciFormat();
  }

  @Override
  protected PushedPackages<ManifestRecord> packages() {
    return new PushedImages();
  }

  @Override
  protected void assertSignedBy(ManifestRecord record, PublicKeyVersion key) {
    assertThat(Oracle.legacyReferences(record, key))
        .containsExactly("registry.example:8443/" + record.name());
    assertThat(Oracle.bundles(record, key)).isEqualTo(1);
  }
}
