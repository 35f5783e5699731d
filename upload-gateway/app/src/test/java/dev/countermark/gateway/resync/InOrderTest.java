package dev.countermark.gateway.resync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedFile;
import dev.countermark.keys.KeyClient.Purpose;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Campaigns over a feed in which every fiftieth package is signed by an earlier key. */
class InOrderTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);
  private final TestCampaigns platform = new TestCampaigns(store);
  private final Campaigns gateway = platform.gateway();

  private static VersionRecord received(Identity identity) {
    return new VersionRecord(
        1,
        APP,
        identity,
        identity.id(),
        identity.version(),
        new Upload(List.of(), 100, "0a".repeat(32)),
        "hash",
        Bytes.utf8("<package/>"),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Instant.EPOCH,
        Optional.empty(),
        true,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @BeforeEach
  void feed() {
    records.create(ObjectKeys.repository(APP), new RepositoryRecord(1, APP, Instant.EPOCH));
    String certificate =
        platform.keys.current(APP, new Purpose("nuget")).leafFingerprint().orElseThrow();
    for (int i = 0; i < 250; i++) {
      boolean fresh = i % 50 != 0;
      Identity identity = new Identity("some", "1.0." + i);
      RepositorySignature signature =
          new RepositorySignature(
              SignatureKind.PRIMARY,
              1,
              fresh ? certificate : "AB",
              "https://feeds.test/acme/app/nuget/v3/index.json",
              List.of("acme"),
              Instant.EPOCH,
              false,
              Instant.EPOCH,
              Instant.EPOCH);
      records.create(
          NugetKeys.version(APP, identity),
          received(identity)
              .signed(
                  new SignedPackage(
                      new SignedFile(List.of(), Optional.empty(), null, 84, "etag"),
                      signature,
                      Optional.empty())));
    }
  }

  /** Most campaigns find that next to nothing has to be done. */
  @Test
  void noSignerIsAskedForWhatCertainlyIsInOrder() throws Exception {
    gateway.start(
        TestCampaigns.wanted("few", "acme/app", ResyncMode.ENSURE), TestCampaigns.ADMINISTRATOR);

    CampaignStatus ended = platform.end(gateway, "few");

    assertThat(ended.planned()).isEqualTo(250);
    assertThat(ended.results())
        .isEqualTo(Map.of(ResyncResult.CHANGED, 5L, ResyncResult.UNCHANGED, 245L));
    assertThat(platform.published).hasSize(5);
  }

  /** Signers say so themselves. */
  @Test
  void whereNobodyTellsWhichKeyIsCurrentTheyAreAllAskedFor() throws Exception {
    platform.unusable = Optional.of(APP);
    gateway.start(
        TestCampaigns.wanted("all", "acme/app", ResyncMode.ENSURE), TestCampaigns.ADMINISTRATOR);

    assertThat(platform.end(gateway, "all").planned()).isEqualTo(250);
    assertThat(platform.published).hasSize(250);
    assertThat(platform.askedForKeys).as("once a page").isLessThan(10);
  }

  @Test
  void aDryRunEndsWhereNobodyTells() throws Exception {
    platform.unusable = Optional.of(APP);
    gateway.start(
        TestCampaigns.wanted("dry", "acme/app", ResyncMode.ENSURE, Optional.empty(), true, false),
        TestCampaigns.ADMINISTRATOR);

    CampaignStatus ended = platform.end(gateway, "dry");

    assertThat(ended.state()).isEqualTo("done");
    assertThat(ended.results()).isEqualTo(Map.of(ResyncResult.CHANGED, 250L));
  }
}
