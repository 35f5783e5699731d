package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerServers;
import dev.countermark.signer.service.SignerServiceContract;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(value = SignerServers.class, restrictToAnnotatedClass = true)
class SignerSwiftServiceTest extends SignerServiceContract<ReleaseRecord, SwiftSettings> {
  @Override
  protected Format<ReleaseRecord, SwiftSettings> format() {
    return new SwiftFormat();
  }

  @Override
  protected PushedPackages<ReleaseRecord> packages() {
    return new PushedReleases();
  }

  /** What is renewed of a release is its archive's signature; manifests keep theirs. */
  @Override
  protected ResyncMode renewal() {
    return ResyncMode.ROTATE_ARCHIVE;
  }

  @Override
  protected void assertSignedBy(ReleaseRecord record, PublicKeyVersion key) {
    SignedRelease signed = record.signed().orElseThrow();
    assertThat(signed.signer().keyVersion()).isEqualTo(key.version());
    if (key.version() == 1) {
      assertThat(signed.manifests())
          .isNotEmpty()
          .allSatisfy(
              m -> Oracle.assertManifestSignedBy(key, m.content().toArray(), Instant.now()));
    }
  }

  @Test
  void goesAsFarAsAResyncSays() {
    ReleaseRecord release = push();
    announce(release);
    SignedRelease first = awaitSigned(release).signed().orElseThrow();
    rotate();

    resync(release, ResyncMode.ENSURE);
    awaitEverythingCommitted();
    assertThat(current(release).generation()).isEqualTo(2);

    resync(release, ResyncMode.ROTATE_ARCHIVE);
    until(() -> current(release).generation() == 3);
    SignedRelease rotated = current(release).signed().orElseThrow();
    assertThat(rotated.signer().keyVersion()).isEqualTo(2);
    assertThat(rotated.manifests()).isEqualTo(first.manifests());
    assertThat(rotated.sha256()).isEqualTo(first.sha256());

    resync(release, ResyncMode.RESIGN_ALL);
    until(() -> current(release).generation() == 4);
    assertThat(current(release).signed().orElseThrow().manifests())
        .allMatch(m -> m.signer().keyVersion() == 2);
    awaitEverythingCommitted();
  }
}
