package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signing.Lane;
import dev.countermark.signing.MalformedEventException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecoderTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final String DIGEST = "sha256:" + "ab".repeat(32);
  private static final Instant ACCEPTED = Instant.parse("2026-11-24T10:00:00Z");
  private static final Instant SENT = Instant.parse("2026-11-24T10:00:01Z");

  private final EventDecoder decoder = new EventDecoder(new EchoFormat());

  private static Bytes event(String type, Object data) {
    return Bytes.of(CloudEvent.of("id", "/test", type, "pkg:generic/file", SENT, data).toJson());
  }

  static Bytes upload(String name, String digest) {
    return event(
        PackageUploaded.TYPE,
        new PackageUploaded(REPOSITORY, name, digest, "application/json", ACCEPTED));
  }

  @Test
  void readsAnUpload() {
    assertThat(decoder.decode(Lane.UPLOAD, upload("file", DIGEST)))
        .isEqualTo(
            new PackageRequest(
                new EchoFormat(), Lane.UPLOAD, REPOSITORY, "file", DIGEST, ACCEPTED));
  }

  @Test
  void readsAResyncAsOfTheTimeItWasRequested() {
    Bytes event =
        event(
            PackageResyncRequested.TYPE,
            new PackageResyncRequested(REPOSITORY, "file", DIGEST, "campaign"));

    assertThat(decoder.decode(Lane.RESYNC, event))
        .isEqualTo(
            new PackageRequest(
                new EchoFormat(),
                Lane.RESYNC,
                REPOSITORY,
                "file",
                DIGEST,
                SENT,
                ResyncMode.ENSURE,
                Optional.of("campaign"),
                Optional.empty()));
  }

  static Bytes resync(ResyncMode mode) {
    return resync(mode, true);
  }

  private static Bytes resync(ResyncMode mode, boolean confirm) {
    return event(
        PackageResyncRequested.TYPE,
        new PackageResyncRequested(REPOSITORY, "file", DIGEST, "campaign", mode, confirm));
  }

  /** Whoever may write to the topic must know what he does, or have been asked. */
  @Test
  void refusesToBreakClientsUnlessItIsConfirmed() {
    assertThatThrownBy(() -> decoder.decode(Lane.RESYNC, resync(ResyncMode.RESIGN_ALL, false)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("not confirmed");
    assertThat(decoder.decode(Lane.RESYNC, resync(ResyncMode.ROTATE_ARCHIVE, false)).mode())
        .isEqualTo(ResyncMode.ROTATE_ARCHIVE);
  }

  /** It is said again in what is told of the package, which must fit into a record. */
  @Test
  void refusesACampaignThatCannotBeOne() {
    Bytes event =
        event(
            PackageResyncRequested.TYPE,
            new PackageResyncRequested(REPOSITORY, "file", DIGEST, "c".repeat(1_000_000)));

    assertThatThrownBy(() -> decoder.decode(Lane.RESYNC, event))
        .isInstanceOf(MalformedEventException.class);
  }

  @ParameterizedTest
  @EnumSource(ResyncMode.class)
  void readsHowFarAResyncGoes(ResyncMode mode) {
    assertThat(decoder.decode(Lane.RESYNC, resync(mode)).mode()).isEqualTo(mode);
  }

  @Test
  void goesNoFurtherThanEnsureWhereUploadsAreAnnounced() {
    assertThat(decoder.decode(Lane.UPLOAD, resync(ResyncMode.RESIGN_ALL)).mode())
        .isEqualTo(ResyncMode.ENSURE);
  }

  @Test
  void refusesAResyncThatGoesWhereNobodyKnows() {
    Bytes event =
        event(
            PackageResyncRequested.TYPE,
            Map.of(
                "repository",
                REPOSITORY.toString(),
                "name",
                "acme/app",
                "digest",
                DIGEST,
                "campaign",
                "campaign",
                "mode",
                "everything"));

    assertThatThrownBy(() -> decoder.decode(Lane.RESYNC, event))
        .isInstanceOf(MalformedEventException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "null", "[]", "{\"specversion\":\"1.0\"}", "\u0000\u0001"})
  void refusesWhatIsNoEvent(String bytes) {
    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, Bytes.utf8(bytes)))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesAnEventOfAnotherKind() {
    Bytes event =
        event(
            PackageRefused.TYPE,
            new PackageRefused(REPOSITORY, "file", DIGEST, Refusal.TOO_LARGE, "large"));

    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, event))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesDataOfTheWrongShape() {
    Bytes event = event(PackageUploaded.TYPE, Map.of("repository", 7));

    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, event))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesAnEventWithoutData() {
    Bytes event =
        Bytes.of(
            Json.write(
                Map.of(
                    "specversion",
                    "1.0",
                    "id",
                    "1",
                    "source",
                    "/x",
                    "type",
                    PackageUploaded.TYPE)));

    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, event))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesWhatTheFormatHasNoNameFor() {
    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, upload("../name", DIGEST)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessage("the event's name or digest is none of echo in acme/app");
    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, upload("file", "sha256:../../tokens")))
        .isInstanceOf(MalformedEventException.class);
  }

  @Test
  void refusesCoordinatesThatAreMissing() {
    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, upload(null, DIGEST)))
        .isInstanceOf(MalformedEventException.class);
    assertThatThrownBy(() -> decoder.decode(Lane.UPLOAD, upload("acme/app", null)))
        .isInstanceOf(MalformedEventException.class);
  }
}
