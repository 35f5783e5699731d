package dev.countermark.format.swift;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Topics;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.AuthorSignature;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedManifest;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SwiftRecordsTest {
  private static final Instant T = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final RepositoryName REPOSITORY = new RepositoryName("acme", "app");
  private static final Part PART = new Part("0a".repeat(32), 100, "upload");
  private static final Signer SIGNER =
      new Signer(SignedBy.REPOSITORY, 1, "0b".repeat(32), T.plusSeconds(1), T);

  static ReleaseRecord received() {
    return new ReleaseRecord(
        1,
        REPOSITORY,
        new Identity("mona", "linkedlist", "1.0.0-rc.1+build.5"),
        "Mona",
        "LinkedList",
        new Upload(List.of(PART), 100, "0a".repeat(32)),
        Optional.of(Bytes.utf8("{}")),
        Optional.of(
            new AuthorSignature(Bytes.utf8("cms"), Optional.empty(), "Mona", "0c".repeat(32))),
        T,
        "submission",
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  static SignedRelease signature() {
    return new SignedRelease(
        ArchiveMode.EMBED,
        List.of(Piece.of(new ByteRun(0, 80)), Piece.of(Bytes.utf8("tail")), Piece.of(PART)),
        184,
        "0d".repeat(32),
        List.of(new SignedManifest("Package.swift", "5.9", Bytes.utf8("manifest"), SIGNER)),
        Bytes.utf8("cms"),
        SIGNER);
  }

  @Test
  void aSignedReleaseSurvivesItsJson() {
    ReleaseRecord signed = received().signed(signature());
    assertThat(Json.read(Json.write(signed), ReleaseRecord.class)).isEqualTo(signed);
    assertThat(signed.state()).isEqualTo(State.AVAILABLE);
  }

  @Test
  void everyChangeIsANewGeneration() {
    ReleaseRecord record = received();
    RefusalNote note = new RefusalNote(Refusal.CANCELLED, "taken back", T);
    assertThat(record.signed(signature()).generation()).isEqualTo(2);
    assertThat(record.refused(note).generation()).isEqualTo(2);
    assertThat(record.deleted("token acme/app/1").generation()).isEqualTo(2);
    assertThat(record.following(record.refused(note)).generation()).isEqualTo(3);
  }

  /** Whatever becomes of it; and one of an earlier release may be of any repository of the name. */
  @Test
  void itStaysThatOfTheRepositoryThatItWasLetInto() {
    RepositoryRecord made = new RepositoryRecord(1, REPOSITORY, T);
    RepositoryRecord again = new RepositoryRecord(1, REPOSITORY, T.plusNanos(1));
    ReleaseRecord record = received().into(made);
    RefusalNote note = new RefusalNote(Refusal.TOO_LARGE, "why", T);

    assertThat(
            Stream.of(
                record,
                record.signed(signature()),
                record.following(received()),
                record.refused(note),
                record.deleted("token acme/app/1")))
        .allMatch(r -> r.isOf(made) && !r.isOf(again))
        .allMatch(r -> Json.read(Json.write(r), ReleaseRecord.class).equals(r));
    assertThat(new String(Json.write(received()), UTF_8)).doesNotContain("repositoryCreatedAt");
    assertThat(Json.read(Json.write(received()), ReleaseRecord.class).isOf(again)).isTrue();
  }

  @Test
  void whatIsDeletedKeepsItsIdentityAndNothingElse() {
    ReleaseRecord deleted = received().signed(signature()).deleted("token acme/app/1");
    assertThat(deleted.identity()).isEqualTo(received().identity());
    assertThat(deleted.upload().parts()).isEmpty();
    assertThat(deleted.metadata()).isEmpty();
    assertThat(deleted.author()).isEmpty();
    assertThat(deleted.signed()).isEmpty();
    assertThat(Json.read(Json.write(deleted), ReleaseRecord.class)).isEqualTo(deleted);
  }

  @Test
  void aPieceIsOneThing() {
    assertThat(signature().archive()).extracting(Piece::size).containsExactly(80L, 4L, 100L);
    assertThatThrownBy(() -> new Piece(null, null, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRepositoryFromBeforeSwiftHasItsDefaults() {
    byte[] json =
        Bytes.utf8(
                "{\"generation\":1,\"repository\":\"acme/app\","
                    + "\"createdAt\":\"2026-01-02T03:04:05Z\"}")
            .toArray();
    assertThat(Json.read(json, RepositoryRecord.class).settings(new SwiftFormat()))
        .isEqualTo(SwiftSettings.defaults());
  }

  @Test
  void packageUrls() {
    assertThat(new SwiftFormat().purl(REPOSITORY, "mona.list/1.0.0+b.1", "sha256:x"))
        .isEqualTo("pkg:swift/mona/list@1.0.0%2Bb.1?repository_url=acme%2Fapp");
    assertThat(new SwiftFormat().uploads()).isEqualTo(Topics.uploads("swift"));
    assertThat(new SwiftFormat().resyncs()).isEqualTo(Topics.resyncs("swift"));
  }

  @ParameterizedTest
  @CsvSource({
    "mona,linkedlist,1.0.0",
    "a-b,c_d-e,1.2.3-RC.1+Build.5",
    "1,2,10.20.30--",
    "MONA,LinkedList,1.0.0"
  })
  void identitiesOfReleases(String scope, String name, String version) {
    Identity identity = Identity.lower(scope, name, version).orElseThrow();
    assertThat(Identity.parse(identity.toString())).contains(identity);
    String key = SwiftKeys.release(REPOSITORY, identity);
    assertThat(key).matches(SwiftKeys.RELEASE).startsWith(SwiftKeys.packages(REPOSITORY));
  }

  @ParameterizedTest
  @CsvSource({
    "a_b,x,1.0.0",
    "a--b,x,1.0.0",
    "-a,x,1.0.0",
    "'',x,1.0.0",
    "a,x.y,1.0.0",
    "a,x-,1.0.0",
    "a,..,1.0.0",
    "a,x,1.0",
    "a,x,v1.0.0",
    "a,x,1.0.0/y",
    "a,x,1.0.0-",
    "a,x,1.0.0-a..b",
    "a,x,''"
  })
  void whatIsNoIdentity(String scope, String name, String version) {
    assertThat(Identity.lower(scope, name, version)).isEmpty();
    assertThat(Identity.parse(scope + "." + name + "/" + version)).isEmpty();
    assertThatThrownBy(() -> new Identity(scope, name, version))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void saysWhoPushedItAndWhoDeletedIt() {
    ReleaseRecord pushed = received().pushedBy("token 0123456789");
    assertThat(received().pushedBy()).isEmpty();
    assertThat(pushed.pushedBy()).contains("token 0123456789");
    assertThat(pushed.changedBy()).isEmpty();

    ReleaseRecord deleted = pushed.deleted("admin");

    assertThat(deleted.pushedBy()).contains("token 0123456789");
    assertThat(deleted.changedBy()).contains("admin");
    assertThat(Json.read(Json.write(deleted), ReleaseRecord.class)).isEqualTo(deleted);
  }

  @Test
  void eventsNameThingsInLowerCase() {
    assertThat(Identity.parse("Mona.List/1.0.0")).isEmpty();
    assertThat(Identity.parse("mona")).isEmpty();
    assertThat(Identity.parse("a/b.c")).isEmpty();
    assertThat(Identity.parse(null)).isEmpty();
  }
}
