package dev.countermark.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.gateway.status.SigningStatus.Stage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SigningStatusTest {
  private static final Instant PUSHED = Instant.parse("2026-11-24T08:00:00Z");

  private final EchoRecord received =
      EchoRecord.received(
          RepositoryName.of("acme/app"), "file", new Upload(List.of(), 0, "0a".repeat(32)), PUSHED);

  private static SigningStatus of(EchoRecord record) {
    return SigningStatus.of("echo", record, Map.of("more", 1));
  }

  @Test
  void anAcceptedPackageIsPending() {
    SigningStatus status = of(received);

    assertThat(status.status()).isEqualTo(Stage.PENDING);
    assertThat(status.name()).isEqualTo("file");
    assertThat(status.digest()).isEqualTo("sha256:" + "0a".repeat(32));
    assertThat(status.acceptedAt()).isEqualTo(PUSHED);
    assertThat(status.keyVersion()).isNull();
    assertThat(status.details()).isEqualTo(Map.of("more", 1));
  }

  @Test
  void aSignedPackageNamesItsKeyAndItsLag() {
    SigningStatus status =
        of(
            received.signed(
                new EchoRecord.Signature(2, "new", Bytes.utf8("x"), PUSHED.plusMillis(850))));

    assertThat(status.status()).isEqualTo(Stage.SIGNED);
    assertThat(status.keyVersion()).isEqualTo(2);
    assertThat(status.fingerprint()).isEqualTo("new");
    assertThat(status.lagMillis()).isEqualTo(850);
  }

  @Test
  void aRefusedPackageSaysWhy() {
    SigningStatus status =
        of(received.refused(new RefusalNote(Refusal.TOO_LARGE, "too many parts", PUSHED)));

    assertThat(status.status()).isEqualTo(Stage.REFUSED);
    assertThat(status.refusal())
        .isEqualTo(new SigningStatus.Refused(Refusal.TOO_LARGE, "too many parts", PUSHED));
  }

  @ParameterizedTest
  @EnumSource(State.class)
  void everyStateHasAStage(State state) {
    assertThat(Stage.of(state)).isNotNull();
  }
}
