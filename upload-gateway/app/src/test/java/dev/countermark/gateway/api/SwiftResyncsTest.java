package dev.countermark.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.Signer;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.kit.ProblemException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Resyncs of Swift releases, some of which break clients. */
class SwiftResyncsTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final List<PackageResyncRequested> published = new ArrayList<>();
  private final Resyncs resyncs =
      new Resyncs(
          store,
          TestFormats.all(),
          (format, request) -> {
            assertThat(format).isEqualTo(new SwiftFormat());
            published.add(request);
            return CompletableFuture.completedFuture(null);
          });

  private void release(String version, UnaryOperator<ReleaseRecord> change) {
    Identity identity = new Identity("mona", "list", version);
    new Records(store)
        .create(
            SwiftKeys.release(APP, identity),
            change.apply(
                new ReleaseRecord(
                    1,
                    APP,
                    identity,
                    "Mona",
                    "List",
                    new Upload(List.of(), 0, "0".repeat(64)),
                    Optional.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    "s",
                    State.RECEIVED,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty())));
  }

  private static UnaryOperator<ReleaseRecord> signedBy(SignedBy by) {
    Signer signer = new Signer(by, 1, "c".repeat(64), Instant.EPOCH, Instant.EPOCH);
    return r ->
        r.signed(
            new SignedRelease(
                ArchiveMode.EMBED,
                List.of(),
                0,
                "0".repeat(64),
                List.of(),
                Bytes.utf8("cms"),
                signer));
  }

  private void releases() {
    release("1.0.0", signedBy(SignedBy.REPOSITORY));
    release("1.1.0", signedBy(SignedBy.AUTHOR));
    release("1.2.0", UnaryOperator.identity());
    release("1.3.0", r -> r.refused(note(Refusal.TOO_LARGE)));
    release("1.4.0", r -> r.refused(note(Refusal.CANCELLED)));
    release("1.5.0", signedBy(SignedBy.REPOSITORY).andThen(r -> r.deleted("admin"))::apply);
  }

  private static RefusalNote note(Refusal code) {
    return new RefusalNote(code, "", Instant.EPOCH);
  }

  @ParameterizedTest
  @EnumSource(
      value = ResyncMode.class,
      names = {"ENSURE", "ROTATE_ARCHIVE"})
  void queuesWhatIsThereAndBreaksNothing(ResyncMode mode) {
    releases();

    Answers.Resync resync = resyncs.start(APP, mode, false);

    assertThat(resync.queued()).containsEntry("swift", 4L);
    assertThat(resync.broken()).isNull();
    assertThat(resync.remedy()).isNull();
    assertThat(published)
        .extracting(PackageResyncRequested::name)
        .containsExactlyInAnyOrder(
            "mona.list/1.0.0", "mona.list/1.1.0", "mona.list/1.2.0", "mona.list/1.3.0");
    assertThat(published).extracting(PackageResyncRequested::mode).containsOnly(mode);
  }

  @Test
  void whatBreaksClientsMustBeConfirmed() {
    releases();

    assertThatThrownBy(() -> resyncs.start(APP, ResyncMode.RESIGN_ALL, false))
        .isInstanceOfSatisfying(
            ProblemException.class, e -> assertThat(e.response().getStatus()).isEqualTo(409))
        .hasMessageContaining("mona.list 1.0.0")
        .hasMessageContaining("one of 1 packages")
        .hasMessageContaining("fingerprints")
        .hasMessageContaining("confirm");
    assertThat(published).isEmpty();

    Answers.Resync resync = resyncs.start(APP, ResyncMode.RESIGN_ALL, true);

    assertThat(resync.broken()).containsExactly("mona.list 1.0.0");
    assertThat(resync.remedy()).contains("fingerprints");
    assertThat(published)
        .hasSize(4)
        .extracting(PackageResyncRequested::mode)
        .containsOnly(ResyncMode.RESIGN_ALL);
  }

  @Test
  void namesSomeOfManyThatBreak() {
    for (int i = 0; i < 150; i++) {
      release("1.0." + i, signedBy(SignedBy.REPOSITORY));
    }

    assertThatThrownBy(() -> resyncs.start(APP, ResyncMode.RESIGN_ALL, false))
        .hasMessageContaining("one of 150 packages")
        .hasMessageMatching("(?s)(.*?mona\\.list ){20}.*")
        .message()
        .doesNotMatch("(?s)(.*?mona\\.list ){21}.*");
    assertThat(resyncs.start(APP, ResyncMode.RESIGN_ALL, true).broken()).hasSize(100);
  }
}
