package dev.countermark.gateway.resync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
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
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Campaigns over releases whose clients remember what they saw. */
class BreakageTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final TestCampaigns platform = new TestCampaigns(store);
  private final Campaigns gateway = platform.gateway();

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
    Signer signer =
        new Signer(by, by == SignedBy.AUTHOR ? 0 : 1, "c".repeat(64), Instant.EPOCH, Instant.EPOCH);
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

  private CampaignStatus ended(String id, ResyncMode mode, boolean dryRun, boolean confirm)
      throws Exception {
    gateway.start(
        TestCampaigns.wanted(id, "acme/app", mode, Optional.empty(), dryRun, confirm),
        TestCampaigns.ADMINISTRATOR);
    return platform.end(gateway, id);
  }

  @ParameterizedTest
  @EnumSource(
      value = ResyncMode.class,
      names = {"ENSURE", "ROTATE_ARCHIVE"})
  void asksForWhatIsThereAndBreaksNothing(ResyncMode mode) throws Exception {
    releases();

    CampaignStatus resync = ended("one", mode, false, false);

    assertThat(resync.queued()).isEqualTo(Map.of("swift", 4L));
    assertThat(resync.broken()).isNull();
    assertThat(resync.remedy()).isNull();
    assertThat(platform.published)
        .extracting(PackageResyncRequested::name)
        .containsExactlyInAnyOrder(
            "mona.list/1.0.0", "mona.list/1.1.0", "mona.list/1.2.0", "mona.list/1.3.0");
    assertThat(platform.published).extracting(PackageResyncRequested::mode).containsOnly(mode);
  }

  @Test
  void whatBreaksClientsMustBeConfirmed() throws Exception {
    releases();

    CampaignStatus refused = ended("unconfirmed", ResyncMode.RESIGN_ALL, false, false);

    assertThat(refused.state()).isEqualTo("refused");
    assertThat(refused.why()).contains("not confirmed");
    assertThat(refused.broken()).containsExactly("mona.list 1.0.0");
    assertThat(refused.remedy()).contains("fingerprints");
    assertThat(platform.published).isEmpty();

    CampaignStatus confirmed = ended("confirmed", ResyncMode.RESIGN_ALL, false, true);

    assertThat(confirmed.state()).isEqualTo("done");
    assertThat(confirmed.done()).isEqualTo(4);
    assertThat(confirmed.broken()).containsExactly("mona.list 1.0.0");
    assertThat(platform.published)
        .hasSize(4)
        .allSatisfy(
            asked -> {
              assertThat(asked.mode()).isEqualTo(ResyncMode.RESIGN_ALL);
              assertThat(asked.confirm()).isTrue();
            });
  }

  /** To sign anew what nobody has yet needs no confirmation, and the signers must be told so. */
  @Test
  void whatBreaksNobodyNeedsNone() throws Exception {
    release("1.2.0", UnaryOperator.identity());

    CampaignStatus resync = ended("of-the-new", ResyncMode.RESIGN_ALL, false, false);

    assertThat(resync.state()).isEqualTo("done");
    assertThat(resync.broken()).isNull();
    assertThat(platform.published)
        .singleElement()
        .satisfies(
            asked -> {
              assertThat(asked.mode()).isEqualTo(ResyncMode.RESIGN_ALL);
              assertThat(asked.confirm()).isTrue();
            });
  }

  /** Signed between the look at whom it breaks and the plan. */
  @Test
  void whatBreaksSomebodyOnlyByThenIsLeftAlone() {
    Identity identity = new Identity("mona", "list", "2.0.0");
    release("2.0.0", signedBy(SignedBy.REPOSITORY));
    ReleaseRecord record =
        new Records(store)
            .read(SwiftKeys.release(APP, identity), ReleaseRecord.class)
            .orElseThrow();
    Planning planning =
        new Planning(
            TestCampaigns.wanted("late", "acme/app", ResyncMode.RESIGN_ALL),
            new Breakages(TestFormats.all()),
            () -> {
              throw new AssertionError("only ensure asks for keys");
            });

    planning.look(new SwiftFormat(), record);

    assertThat(planning.items())
        .singleElement()
        .satisfies(
            item -> {
              assertThat(item.result()).contains(ResyncResult.REFUSED);
              assertThat(item.detail()).contains("it breaks clients, and was not confirmed");
            });
  }

  @Test
  void aDryRunTellsWhomItWouldBreak() throws Exception {
    releases();

    CampaignStatus dry = ended("dry", ResyncMode.RESIGN_ALL, true, false);

    assertThat(dry.state()).isEqualTo("done");
    assertThat(dry.broken()).containsExactly("mona.list 1.0.0");
    assertThat(dry.results())
        .isEqualTo(Map.of(ResyncResult.CHANGED, 2L, ResyncResult.UNCHANGED, 2L));
    assertThat(platform.published).isEmpty();
  }

  @Test
  void namesSomeOfManyThatBreak() throws Exception {
    for (int i = 0; i < 150; i++) {
      release("1.0." + i, signedBy(SignedBy.REPOSITORY));
    }

    CampaignStatus refused = ended("many", ResyncMode.RESIGN_ALL, false, false);

    assertThat(refused.brokenCount()).isEqualTo(150);
    assertThat(refused.broken()).hasSize(100);
  }
}
