package dev.countermark.format.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NugetRecordsTest {
  private static final Instant T = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "app");
  private static final Part PART = new Part("0a".repeat(32), 100, "upload");

  static VersionRecord received() {
    return new VersionRecord(
        1,
        REPOSITORY,
        new Identity("acme.tools", "1.0.0-rc.1"),
        "Acme.Tools",
        "1.0-RC.1+build",
        new Upload(List.of(PART), 100, "0a".repeat(32)),
        "hash",
        Bytes.utf8("<package/>"),
        Optional.of("icon.png"),
        Optional.empty(),
        Optional.empty(),
        T,
        Optional.of("0b".repeat(32)),
        true,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static SignedPackage signature() {
    return new SignedPackage(
        new SignedFile(
            List.of(new ByteRun(0, 80)), Optional.of(Bytes.utf8("tail")), null, 84, "etag"),
        new RepositorySignature(
            SignatureKind.PRIMARY,
            1,
            "AB",
            "https://x/index.json",
            List.of("acme"),
            T,
            false,
            T,
            T),
        Optional.empty());
  }

  @Test
  void aSignedVersionSurvivesItsJson() {
    VersionRecord signed = received().signed(signature());
    assertThat(Json.read(Json.write(signed), VersionRecord.class)).isEqualTo(signed);
    assertThat(signed.state()).isEqualTo(State.AVAILABLE);
  }

  @Test
  void everyChangeIsANewGeneration() {
    VersionRecord record = received();
    RefusalNote note = new RefusalNote(Refusal.INVALID_SIGNATURE, "broken", T);
    assertThat(record.signed(signature()).generation()).isEqualTo(2);
    assertThat(record.refused(note).generation()).isEqualTo(2);
    assertThat(record.listed(false, "token acme/app/1").generation()).isEqualTo(2);
    assertThat(record.deleted("token acme/app/1").generation()).isEqualTo(2);
    assertThat(record.following(record.refused(note)).generation()).isEqualTo(3);
  }

  /** Whatever becomes of it; and one of an earlier release may be of any repository of the name. */
  @Test
  void itStaysThatOfTheRepositoryThatItWasLetInto() {
    RepositoryRecord made = new RepositoryRecord(1, REPOSITORY, T);
    RepositoryRecord again = new RepositoryRecord(1, REPOSITORY, T.plusNanos(1));
    VersionRecord record = received().into(made);
    RefusalNote note = new RefusalNote(Refusal.TOO_LARGE, "why", T);

    assertThat(
            Stream.of(
                record,
                record.signed(signature()),
                record.listed(false, "token acme/app/1"),
                record.following(received()),
                record.refused(note),
                record.deleted("token acme/app/1")))
        .allMatch(r -> r.isOf(made) && !r.isOf(again))
        .allMatch(r -> Json.read(Json.write(r), VersionRecord.class).equals(r));
    assertThat(new String(Json.write(received()), UTF_8)).doesNotContain("repositoryCreatedAt");
    assertThat(Json.read(Json.write(received()), VersionRecord.class).isOf(again)).isTrue();
  }

  @Test
  void whatIsDeletedKeepsItsIdentityAndNothingElse() {
    VersionRecord deleted = received().signed(signature()).deleted("token acme/app/1");
    assertThat(deleted.identity()).isEqualTo(received().identity());
    assertThat(deleted.upload().parts()).isEmpty();
    assertThat(deleted.nuspec().length()).isZero();
    assertThat(deleted.signed()).isEmpty();
    assertThat(Json.read(Json.write(deleted), VersionRecord.class)).isEqualTo(deleted);
  }

  @Test
  void saysWhoPushedItAndWhoDeletedIt() {
    VersionRecord pushed = received().pushedBy("token 0123456789");
    assertThat(received().pushedBy()).isEmpty();
    assertThat(pushed.pushedBy()).contains("token 0123456789");
    assertThat(pushed.changedBy()).isEmpty();

    VersionRecord deleted = pushed.deleted("admin");

    assertThat(deleted.pushedBy()).contains("token 0123456789");
    assertThat(deleted.changedBy()).contains("admin");
    assertThat(Json.read(Json.write(deleted), VersionRecord.class)).isEqualTo(deleted);
  }

  @Test
  void aRepositoryFromBeforeNugetHasItsDefaults() {
    byte[] json =
        Bytes.utf8(
                "{\"generation\":1,\"repository\":\"acme/app\","
                    + "\"createdAt\":\"2026-01-02T03:04:05Z\"}")
            .toArray();
    assertThat(Json.read(json, RepositoryRecord.class).settings(new NugetFormat()))
        .isEqualTo(NugetSettings.defaults());
  }

  @ParameterizedTest
  @CsvSource({"a,1.0.0", "a.b-c_d,1.2.3.4", "x,1.0.0-rc.1", "_,10.20.30--"})
  void identitiesOfPackages(String id, String version) {
    Identity identity = new Identity(id, version);
    assertThat(Identity.parse(identity.toString())).contains(identity);
    String key = NugetKeys.version(REPOSITORY, identity);
    assertThat(key).matches(NugetKeys.RECORD).startsWith(NugetKeys.packages(REPOSITORY));
  }

  @ParameterizedTest
  @CsvSource({
    "A,1.0.0",
    "a/b,1.0.0",
    "..,1.0.0",
    "a..b,1.0.0",
    ".a,1.0.0",
    "'',1.0.0",
    "a,1",
    "a,1.0.0/x",
    "a,1.0.0+meta",
    "a,1.0.0-RC",
    "a,..",
    "a,''"
  })
  void whatIsNoIdentity(String id, String version) {
    assertThat(Identity.find(id, version)).isEmpty();
    assertThat(Identity.parse(id + "/" + version)).isEmpty();
    assertThatThrownBy(() -> new Identity(id, version))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
