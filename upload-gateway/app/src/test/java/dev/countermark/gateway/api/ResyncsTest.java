package dev.countermark.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Events.PackageResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.SignatureLayout;
import dev.countermark.gateway.TestFormats;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ResyncsTest {
  private static final RepositoryName APP = RepositoryName.of("acme/app");
  private static final RepositoryName OTHER = RepositoryName.of("acme/app-two");

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final List<PackageResyncRequested> published = new ArrayList<>();
  private final Resyncs resyncs =
      new Resyncs(
          store,
          TestFormats.all(),
          (format, request) -> {
            published.add(request);
            return CompletableFuture.completedFuture(null);
          });

  private void manifest(String name, int number, State state) {
    String digest = "sha256:" + String.format("%064x", number);
    new Records(store)
        .create(
            OciKeys.manifest(name, digest),
            new ManifestRecord(
                1,
                name.startsWith("acme/app-two") ? OTHER : APP,
                name,
                digest,
                "application/vnd.oci.image.manifest.v1+json",
                Bytes.utf8("{}"),
                Instant.EPOCH,
                state,
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void queuesEveryManifestOfTheRepositoryThatCanBeSigned() {
    manifest("acme/app", 1, State.AVAILABLE);
    manifest("acme/app/web/ui", 2, State.RECEIVED);
    manifest("acme/app", 3, State.REFUSED);
    manifest("acme/app", 4, State.EXEMPT);
    new Records(store)
        .update(
            OciKeys.manifest("acme/app", "sha256:" + String.format("%064x", 4)),
            ManifestRecord.class,
            old -> old.map(record -> record.exempt(SignatureLayout.BUNDLE)));
    manifest("acme/app/old", 6, State.EXEMPT); // of a former release, which exempted more
    manifest("acme/app-two", 5, State.AVAILABLE);
    store.create(OciKeys.tag("acme/app", "latest"), new byte[] {'{', '}'});

    Answers.Resync resync = resyncs.start(APP, ResyncMode.ENSURE, false);

    assertThat(resync.queued()).containsEntry("oci", 4L).containsEntry("nuget", 0L);
    assertThat(published)
        .extracting(PackageResyncRequested::name)
        .containsExactlyInAnyOrder("acme/app", "acme/app", "acme/app/web/ui", "acme/app/old");
    assertThat(published)
        .allSatisfy(
            p -> {
              assertThat(p.repository()).isEqualTo(APP);
              assertThat(p.campaign()).isEqualTo(resync.campaign());
            });
  }

  @Test
  void goesOnPastOnePageAndOneBatch() {
    for (int i = 0; i < 2_100; i++) {
      manifest("acme/app", i, State.AVAILABLE);
    }

    assertThat(resyncs.start(APP, ResyncMode.ENSURE, false).queued()).containsEntry("oci", 2_100L);
    assertThat(published).extracting(PackageResyncRequested::digest).doesNotHaveDuplicates();
  }

  @Test
  void aBrokerThatIsAwayFailsTheRequest() {
    manifest("acme/app", 1, State.AVAILABLE);
    Resyncs failing =
        new Resyncs(
            store,
            TestFormats.all(),
            (format, request) ->
                CompletableFuture.failedFuture(new IllegalStateException("no broker")));

    assertThatThrownBy(() -> failing.start(APP, ResyncMode.ENSURE, false))
        .isInstanceOf(Failure.Transient.class);
  }
}
