package dev.countermark.signer.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signer.service.MemoryBudget;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignedArtifact;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A signer that comes back finds many packages waiting, and has a thread for each. */
class WaitingPackagesTest {
  private static final int PACKAGES = 36;
  private static final int THREADS = 32;
  private static final int SIZE = 15 << 20;

  /** The share of a heap of 256 MiB. */
  private static final long ROOM = (256L << 20) / 3;

  private final TestFeed feed = new TestFeed();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger most = new AtomicInteger();

  /** Whoever asks for a signature holds a whole package. */
  private final KeyClient keys =
      new KeyClient() {
        @Override
        public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
          return feed.keys.current(repository, purpose);
        }

        @Override
        public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
          return feed.keys.versions(repository, purpose);
        }

        @Override
        public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
          most.accumulateAndGet(held.incrementAndGet(), Math::max);
          try {
            return feed.keys.sign(repository, purpose, items);
          } finally {
            held.decrementAndGet();
          }
        }
      };

  @Test
  void areAllSignedWithinTheMemoryForPackages() throws Exception {
    feed.memory = new MemoryBudget(ROOM, THREADS / 4, Duration.ofSeconds(10));
    TestArchives archive = new TestArchives();
    archive.deflated("Acme.Tools.nuspec", TestArchives.ascii("<package/>"));
    byte[] content = new byte[SIZE];
    new Random(1).nextBytes(content);
    archive.stored("tools/tool.bin", content);
    byte[] file = archive.bytes();
    List<Identity> waiting = new ArrayList<>();
    for (int i = 0; i < PACKAGES; i++) {
      waiting.add(new Identity("acme.tools", "1.0." + i));
      feed.push(waiting.get(i), file);
    }
    FormatSigner<PackageRequest, SignedArtifact> signer = feed.signer(keys);
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<Future<?>> all = new ArrayList<>();
      waiting.forEach(w -> all.add(threads.submit(() -> sign(signer, w))));
      for (Future<?> each : all) {
        each.get(120, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(waiting).allSatisfy(w -> assertThat(feed.record(w).signed()).isPresent());
    assertThat((long) most.get() * SIZE).isBetween(1L, ROOM);
    assertThat(feed.memory.used()).isZero();
  }

  /** As the worker does: what is transient comes again. */
  private void sign(FormatSigner<PackageRequest, SignedArtifact> signer, Identity identity) {
    while (true) {
      try {
        assertThat(signer.sign(feed.request(Lane.UPLOAD, identity))).isInstanceOf(Signed.class);
        return;
      } catch (Failure.Transient e) {
        assertThat(feed.memory.used()).isLessThanOrEqualTo(feed.memory.limit());
        Thread.yield();
      }
    }
  }
}
