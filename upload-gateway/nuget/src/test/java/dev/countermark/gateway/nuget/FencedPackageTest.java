package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.Fence;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A push that goes on while its repository is deleted leaves nothing, be it made again or not. */
class FencedPackageTest {
  private static final RepositoryName NAME = RepositoryName.of("acme/app");
  private static final RepositoryRecord SEEN = new RepositoryRecord(1, NAME, Instant.EPOCH);

  @TempDir Path spool;

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);

  private PackagePushes.Request request(byte[] file) {
    return new PackagePushes.Request(
        SEEN,
        new ByteArrayInputStream(FeedClient.multipart(file)),
        "multipart/form-data; boundary=a-boundary-of-the-tests",
        Optional.empty(),
        "somebody",
        Duration.ZERO);
  }

  private PackagePushes pushes() {
    return TestSigner.pushes(store, new Fence(store), spool, 1 << 20, Clock.systemUTC());
  }

  private void assertNothingIsLeft() {
    for (String prefix : List.of("nuget/", ObjectKeys.CONTENT)) {
      BlobStore.Page page = store.list(prefix, "", 10);
      assertThat(page.entries()).as(prefix).isEmpty();
    }
  }

  @Test
  void whoStaysInTheRepositoryIsLeftAlone() throws IOException {
    records.create(ObjectKeys.repository(NAME), SEEN.next("admin"));

    pushes().push(request(Packages.sound("Acme.Tools", "1.0.0")));
    pushes().pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x")));

    assertThat(store.list("nuget/", "", 10).entries()).hasSize(2);
  }

  @Test
  void aPackageIntoOneThatIsGone() {
    assertThatThrownBy(() -> pushes().push(request(Packages.sound("Acme.Tools", "1.0.0"))))
        .isInstanceOf(DeniedException.class);

    assertNothingIsLeft();
  }

  @Test
  void aPackageIntoOneThatWasMadeAgain() {
    records.create(
        ObjectKeys.repository(NAME), new RepositoryRecord(1, NAME, Instant.EPOCH.plusMillis(1)));

    assertThatThrownBy(() -> pushes().push(request(Packages.sound("Acme.Tools", "1.0.0"))))
        .isInstanceOf(DeniedException.class);

    assertNothingIsLeft();
  }

  @Test
  void symbolsIntoOneThatWasMadeAgain() throws IOException {
    records.create(ObjectKeys.repository(NAME), SEEN);
    pushes().push(request(Packages.sound("Acme.Tools", "1.0.0")));
    records.update(
        ObjectKeys.repository(NAME),
        RepositoryRecord.class,
        old -> Optional.of(new RepositoryRecord(1, NAME, Instant.EPOCH.plusMillis(1))));

    Map<String, byte[]> files = Map.of("a.pdb", TestPdbs.portable(new UUID(1, 1), new byte[10]));
    assertThatThrownBy(
            () -> pushes().pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", files))))
        .isInstanceOf(DeniedException.class);

    assertThat(store.list("nuget/acme/app/symbols/", "", 10).entries()).isEmpty();
    assertThat(store.list("nuget/acme/app/pdbs/", "", 10).entries()).isEmpty();
    assertThat(store.list(ObjectKeys.CONTENT, "", 10).entries()).hasSize(1);
  }
}
