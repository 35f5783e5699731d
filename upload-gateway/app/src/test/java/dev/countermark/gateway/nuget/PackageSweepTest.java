package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.gateway.TestFormats;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.repositories.Tombstone;
import dev.countermark.gateway.sweep.ContentSweeper;
import dev.countermark.gateway.sweep.ContentSweeper.Swept;
import dev.countermark.keys.InMemoryKeyClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the sweeper leaves and takes of packages. */
class PackageSweepTest {
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.of("acme/app"), Instant.EPOCH);
  private static final Identity TOOLS = new Identity("acme.tools", "1.0.0");
  private static final byte[] PACKAGE = Packages.sound("Acme.Tools", "1.0.0");

  @TempDir Path spool;

  private final InMemoryBlobStore store = new InMemoryBlobStore();
  private final Records records = new Records(store);

  @BeforeEach
  void createTheRepository() {
    records.create(ObjectKeys.repository(REPOSITORY.repository()), REPOSITORY);
  }

  private PackagePushes pushes(BlobStore over) {
    return TestSigner.pushes(over, spool, 20 << 20, Clock.systemUTC());
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

  private void push(byte[] file) throws IOException {
    pushes(store).push(request(file));
  }

  private void change(UnaryOperator<VersionRecord> change) {
    String key = NugetKeys.version(REPOSITORY.repository(), TOOLS);
    assertThat(records.update(key, VersionRecord.class, old -> old.map(change))).isPresent();
  }

  /** One run, days from now. */
  private Swept sweep() {
    Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(3));
    return new ContentSweeper(store, TestFormats.all(), Duration.ofHours(24), later)
        .sweep()
        .orElseThrow();
  }

  private TreeSet<String> keys(String prefix) {
    TreeSet<String> keys = new TreeSet<>();
    store.list(prefix, "", 1000).entries().forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  private static byte[] large() {
    byte[] noise = new byte[9 << 20];
    new Random(1).nextBytes(noise);
    TestArchives archive = Packages.archive("Acme.Tools", "1.0.0", "");
    archive.stored("noise", noise);
    return archive.bytes();
  }

  @Test
  void keepsWhatBelongsToAPackage() throws IOException {
    push(large());
    pushes(store).pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x")));
    TreeSet<String> before = keys("");

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
    assertThat(keys("")).isEqualTo(before);

    new TestSigner(store, new InMemoryKeyClient()).sign(REPOSITORY.repository(), TOOLS, true);
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(3 + 1 + 1);
    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(3 + 1 + 1);
  }

  /** A push, and its signer, may overlap the deletion of their repository. */
  @Test
  void ofASignedOrphanItsIdentityStays() throws IOException {
    push(PACKAGE);
    new TestSigner(store, new InMemoryKeyClient()).sign(REPOSITORY.repository(), TOOLS, true);
    String key = NugetKeys.version(REPOSITORY.repository(), TOOLS);
    String digest = records.read(key, VersionRecord.class).orElseThrow().digest();
    store.delete(ObjectKeys.repository(REPOSITORY.repository()));

    assertThat(sweep().orphans()).isOne();
    assertThat(sweep().parts()).isEqualTo(2);

    assertThat(store.head(key)).isEmpty();
    assertThat(records.read(ObjectKeys.tombstone(key), Tombstone.class))
        .get()
        .extracting(Tombstone::digest)
        .isEqualTo(digest);
  }

  @Test
  void aRefusedPackageIsKeptUntilItIsPushedAgain() throws IOException {
    push(PACKAGE);
    TreeSet<String> refused = keys(ObjectKeys.CONTENT);
    change(r -> r.refused(new RefusalNote(Refusal.INVALID_SIGNATURE, "broken", Instant.EPOCH)));
    assertThat(sweep().parts()).isZero();

    push(Packages.sound("Acme.Tools", "1.0.0", "better"));

    assertThat(sweep().parts()).isOne();
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(1).doesNotContainAnyElementsOf(refused);
  }

  @Test
  void theContentOfADeletedVersionGoesAndItsTombstoneStays() throws IOException {
    push(PACKAGE);
    new TestSigner(store, new InMemoryKeyClient()).sign(REPOSITORY.repository(), TOOLS, true);
    change(v -> v.deleted("admin"));

    assertThat(sweep().parts()).isEqualTo(2);

    assertThat(keys(ObjectKeys.CONTENT)).isEmpty();
    assertThat(keys(NugetKeys.ALL)).hasSize(1);
    assertThatThrownBy(() -> push(PACKAGE)).hasMessageContaining("deleted");
  }

  @Test
  void replacedSymbolsGo() throws IOException {
    push(PACKAGE);
    pushes(store).pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x")));
    pushes(store).pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "y")));

    assertThat(sweep().parts()).isOne();
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(2);
  }

  private static byte[] withPdb(long number) {
    byte[] pdb = TestPdbs.portable(new UUID(1, number), new byte[10]);
    return Packages.symbols("Acme.Tools", "1.0.0", Map.of("a.pdb", pdb));
  }

  @Test
  void pdbFilesStayWithTheirSymbols() throws IOException {
    push(PACKAGE);
    pushes(store).pushSymbols(request(withPdb(1)));
    TreeSet<String> before = keys("");

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
    assertThat(keys("")).isEqualTo(before);

    pushes(store).pushSymbols(request(withPdb(2)));
    assertThat(sweep().parts()).isEqualTo(2);
    assertThat(keys(NugetKeys.ALL)).hasSize(3);
  }

  @Test
  void hintsToPdbFilesThatLeadToNothingGo() throws IOException {
    push(PACKAGE);
    TreeSet<String> before = keys(NugetKeys.ALL);
    BlobStore dying =
        watched(
            (method, key) -> {
              if (key.equals(NugetKeys.symbols(REPOSITORY.repository(), TOOLS))) {
                throw new Failure.Transient("the store is away", null);
              }
            });
    assertThatThrownBy(() -> pushes(dying).pushSymbols(request(withPdb(1))))
        .isInstanceOf(Failure.Transient.class);
    assertThat(keys(NugetKeys.ALL)).hasSize(2);

    Swept swept = sweep();

    assertThat(swept.orphans()).isOne();
    assertThat(swept.parts()).isEqualTo(2);
    assertThat(keys(NugetKeys.ALL)).isEqualTo(before);
  }

  /** The store, where the package is deleted for good right before its symbols are written. */
  private BlobStore whereThePackageIsDeletedMeanwhile(boolean andThePushDies) {
    String symbols = NugetKeys.symbols(REPOSITORY.repository(), TOOLS);
    boolean[] written = new boolean[1];
    return watched(
        (method, key) -> {
          if (andThePushDies && written[0]) {
            throw new Failure.Transient("the store is away", null);
          }
          if (method.equals("create") && symbols.equals(key)) {
            change(v -> v.deleted("admin"));
            store.delete(symbols);
            written[0] = true;
          }
        });
  }

  @Test
  void symbolsOfAPackageThatIsDeletedMeanwhileAreNone() throws IOException {
    push(PACKAGE);
    TreeSet<String> before = keys(NugetKeys.ALL);

    assertThatThrownBy(
            () ->
                pushes(whereThePackageIsDeletedMeanwhile(false))
                    .pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x"))))
        .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(404));

    assertThat(keys(NugetKeys.ALL)).isEqualTo(before);
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(1);
  }

  @Test
  void symbolsThatNobodyTookBackGo() throws IOException {
    push(PACKAGE);
    assertThatThrownBy(
            () ->
                pushes(whereThePackageIsDeletedMeanwhile(true))
                    .pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x"))))
        .isInstanceOf(Failure.Transient.class);
    assertThat(keys(NugetKeys.ALL)).hasSize(2);

    assertThat(sweep().orphans()).isOne();
    assertThat(sweep().parts()).isOne();

    assertThat(keys(NugetKeys.ALL)).hasSize(1);
    assertThat(keys(ObjectKeys.CONTENT)).isEmpty();
  }

  private interface Watcher {
    void called(String method, Object key);
  }

  private BlobStore watched(Watcher watcher) {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              watcher.called(method.getName(), arguments[0]);
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @Test
  void whatAPushThatFailedInTheMiddleLeftGoes() {
    BlobStore failing =
        watched(
            (method, key) -> {
              if (method.equals("create")) {
                throw new Failure.Transient("the store is away", null);
              }
            });
    assertThatThrownBy(() -> pushes(failing).push(request(PACKAGE)))
        .isInstanceOf(Failure.Transient.class);
    assertThat(keys(ObjectKeys.CONTENT)).hasSize(1);

    assertThat(sweep().parts()).isOne();
    assertThat(keys(ObjectKeys.CONTENT)).isEmpty();
  }

  @Test
  void recordsOfARepositoryThatIsGoneGoAndThenTheirContent() throws IOException {
    push(PACKAGE);
    pushes(store).pushSymbols(request(Packages.symbols("Acme.Tools", "1.0.0", "x")));
    store.delete(ObjectKeys.repository(REPOSITORY.repository()));

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 2));
    assertThat(sweep().parts()).isEqualTo(2);

    assertThat(keys("")).isEmpty();
  }

  @Test
  void aSearchSnapshotGoesWithItsRepository() {
    RepositoryName name = REPOSITORY.repository();
    byte[] content = FeedClient.utf8("{}");
    store.create(NugetKeys.searchSnapshot(name), content);
    store.put(NugetKeys.searchPiece(name, new UUID(1, 2), 0), content, content.length);

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 0));
    store.delete(ObjectKeys.repository(name));

    assertThat(sweep()).isEqualTo(new Swept(0, 0, 0, 2));
    assertThat(keys("")).isEmpty();
  }
}
