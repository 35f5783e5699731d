package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.gateway.kit.Failed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a push may cost: one operation on the store is the dearest thing in it (design, section 8).
 */
class PushBudgetTest {
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.of("acme/app"), Instant.EPOCH);

  @TempDir Path spool;

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private PackagePushes pushes;

  @BeforeEach
  void wire() {
    Clock clock = Clock.systemUTC();
    pushes = TestSigner.pushes(store, spool, 1 << 20, clock);
  }

  @AfterEach
  void nothingStaysOnTheDisk() throws IOException {
    try (var files = Files.list(spool)) {
      assertThat(files).isEmpty();
    }
  }

  private static PackagePushes.Request request(byte[] file) {
    return new PackagePushes.Request(
        REPOSITORY,
        new ByteArrayInputStream(FeedClient.multipart(file)),
        "multipart/form-data; boundary=a-boundary-of-the-tests",
        Optional.empty(),
        "somebody",
        Duration.ZERO);
  }

  @Test
  void aPackageIsOneQuestionAndTwoWrites() throws IOException {
    pushes.push(request(Packages.sound("Acme.Tools", "1.0.0")));

    assertThat(store.counts()).isEqualTo(Map.of("head", 1, "put", 1, "create", 1));
  }

  @Test
  void aPackageThatIsThereIsOneQuestionAndTwoReads() throws IOException {
    pushes.push(request(Packages.sound("Acme.Tools", "1.0.0")));
    store.reset();

    assertThatThrownBy(() -> pushes.push(request(Packages.sound("Acme.Tools", "1.0.0"))))
        .isInstanceOf(Failed.class);

    assertThat(store.counts()).isEqualTo(Map.of("head", 1, "get", 2));
  }

  @Test
  void aBadPackageIsNothing() {
    assertThatThrownBy(() -> pushes.push(request(new byte[100]))).isInstanceOf(Failed.class);
    assertThatThrownBy(() -> pushes.push(request(new byte[2 << 20]))).isInstanceOf(Failed.class);

    assertThat(store.operations).isEmpty();
  }

  @Test
  void symbolsAreThreeReadsAndTwoWrites() throws IOException {
    pushes.push(request(Packages.sound("Acme.Tools", "1.0.0")));
    store.reset();

    pushes.pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x")));

    assertThat(store.counts()).isEqualTo(Map.of("get", 3, "put", 1, "create", 1));
  }

  @Test
  void eachPdbIsTwoWritesMore() throws IOException {
    pushes.push(request(Packages.sound("Acme.Tools", "1.0.0")));
    store.reset();

    byte[] pdb = TestPdbs.portable(new UUID(1, 1), new byte[10]);
    byte[] other = TestPdbs.portable(new UUID(1, 2), new byte[10]);
    pushes.pushSymbols(
        request(Packages.symbols("Acme.Tools", "1.0.0", Map.of("a.pdb", pdb, "b.pdb", other))));

    assertThat(store.counts()).isEqualTo(Map.of("get", 3, "put", 3, "create", 3));
  }
}
