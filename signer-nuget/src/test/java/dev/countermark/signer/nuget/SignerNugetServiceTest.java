package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerServiceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

/**
 * @see "nuget reference, section 8.4, case 16"
 */
@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerNugetServiceTest extends SignerServiceContract<VersionRecord, NugetSettings> {
  @Override
  protected Format<VersionRecord, NugetSettings> format() {
    return new NugetFormat();
  }

  @Override
  protected PushedPackages<VersionRecord> packages() {
    return new PushedVersions();
  }

  @Override
  protected void assertSignedBy(VersionRecord record, PublicKeyVersion key) {
    var signed = record.signed().orElseThrow();
    assertThat(record.inForce().orElseThrow().artifacts()).containsExactly(signed.file().etag());
    assertThat(signed.signature().certificate()).isEqualTo(key.leafFingerprint().orElseThrow());
    assertThat(signed.signature().serviceIndex())
        .isEqualTo("https://registry.example:8443/" + record.repository() + "/nuget/v3/index.json");
  }
}
