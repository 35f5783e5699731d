package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.DeletionRecord;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.gateway.kit.Fence;
import dev.countermark.gateway.kit.ObjectChanges;
import dev.countermark.gateway.kit.Quotas;
import dev.countermark.gateway.kit.SettledPackages;
import dev.countermark.gateway.repositories.RepositoryContents;
import dev.countermark.testkit.oci.SampleImage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a deletion looks at, what it leaves to the background, and what a crash leaves. */
class DeletionTest {
  private static final OciName NAME = OciName.parse("acme/app/web").orElseThrow();
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.parse("acme/app").orElseThrow(), Instant.EPOCH);

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final Queue<Runnable> background = new ArrayDeque<>();
  private final Blobs blobs = new Blobs(store);
  private final SignatureView signatures = new SignatureView(store, blobs);
  private final Sight sight = new Sight(store, repository -> Runnable::run);
  private final Manifests manifests = new Manifests(store, signatures, sight);
  private final Referrers referrers = new Referrers(store, signatures, manifests, sight);
  private final PlatformPieces pieces = new PlatformPieces(manifests, blobs);
  private final ManifestDeletions deletions = deletions(Clock.systemUTC());
  private final ManifestPushes pushes =
      new ManifestPushes(
          new ManifestReferences(store, blobs, repository -> Runnable::run),
          referrers,
          new TagMoves(store, manifests, signatures, ObjectChanges.UNHEARD, Clock.systemUTC()),
          deletions,
          new ManifestPushes.Told(
              Fence.open(),
              (format, upload) -> {},
              Quotas.NONE,
              new SettledPackages(
                  new Records(store), repository -> Runnable::run, () -> Runnable::run, null)),
          Clock.systemUTC());

  private final SampleImage image = SampleImage.oci(1);

  private ManifestDeletions deletions(Clock clock) {
    return new ManifestDeletions(
        new Deletion.Parts(store, manifests, referrers, signatures, pieces, clock),
        ObjectChanges.UNHEARD,
        background::add);
  }

  @BeforeEach
  void pushBlobs() {
    image
        .blobs()
        .forEach(
            (digest, blob) ->
                store.put(OciKeys.blobBytes(NAME.value(), digest), blob.toArray(), blob.length()));
  }

  private void push(SampleImage pushed, String reference) {
    push(pushed.manifest().content().toArray(), reference);
  }

  private String push(byte[] manifest, String reference) {
    pushes.put(
        REPOSITORY,
        new ManifestPushes.Push(
            NAME, reference, List.of(), SampleImage.OCI_MANIFEST, Optional.empty(), false, "admin"),
        manifest);
    return Digest.sha256(manifest).toString();
  }

  private boolean isThere(String reference) {
    try {
      manifests.get(REPOSITORY, NAME, reference, false);
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private void delete(String reference) {
    deletions.delete(REPOSITORY, NAME, reference, "admin");
  }

  private void finish() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  private List<String> keys() {
    return store.list("", "", 1000).entries().stream().map(e -> e.key()).toList();
  }

  @Test
  void looksAtNoTagOfOthers() {
    SampleImage other = image.annotated("an", "other");
    for (int i = 0; i < 300; i++) {
      push(other, "t" + i);
    }
    push(image, "mine");
    push(image, "also");
    store.reset();

    delete(image.digest());

    assertThat(store.reads()).noneMatch(read -> read.contains("/_tags/t"));
    assertThat(store.counts().get("list")).isEqualTo(1);
    assertThat(background).isEmpty();
    assertThat(isThere("mine") || isThere("also")).isFalse();
    assertThat(isThere("t7")).isTrue();
    assertThat(keys()).noneMatch(key -> key.contains(image.digest().substring(7)));
  }

  @Test
  void ofATagLooksAtThatTagOnly() {
    push(image, "a");
    push(image, "b");
    store.reset();

    delete("a");

    assertThat(store.counts()).doesNotContainKey("list");
    assertThat(isThere("a")).isFalse();
    assertThat(isThere("b")).isTrue();
  }

  @Test
  void oneRequestDoesSoMuchAndTheBackgroundTheRest() {
    for (int i = 0; i < 250; i++) {
      push(image, "t" + i);
    }
    store.reset();

    delete(image.digest());

    // Gone at once, for whoever asks; the request has not seen to everything.
    assertThat(isThere(image.digest()) || isThere("t0") || isThere("t249")).isFalse();
    assertThat(store.reads().stream().filter(read -> read.contains("/_tags/")).count())
        .isLessThanOrEqualTo(2 * ManifestDeletions.AT_ONCE + 10);
    assertThat(background).hasSize(1);
    finish();
    assertThat(keys())
        .noneMatch(key -> key.contains("/_tags/") || key.contains("/_tagged/"))
        .noneMatch(key -> key.startsWith(OciKeys.DELETIONS));
  }

  @Test
  void referrersGoInTheBackground() {
    push(image, "t");
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    String config = Digest.sha256(empty).toString();
    store.put(OciKeys.blobBytes(NAME.value(), config), empty, empty.length);
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      all.add(push(referrer(config, i), "sha256:" + hex(referrer(config, i))));
    }

    delete(image.digest());

    assertThat(new String(index(), StandardCharsets.UTF_8)).contains("\"manifests\":[]");
    finish();
    assertThat(all).noneMatch(this::isThere);
  }

  private byte[] index() {
    return referrers.index(NAME, Digest.of(image.digest()), Optional.empty(), false);
  }

  private static String hex(byte[] content) {
    return Digest.sha256(content).encoded();
  }

  private byte[] referrer(String config, int number) {
    return ("{\"schemaVersion\":2,\"config\":{\"mediaType\":\"x\",\"size\":2,\"digest\":\""
            + config
            + "\"},\"annotations\":{\"n\":\""
            + number
            + "\"},\"subject\":{\"mediaType\":\"x\",\"size\":7,\"digest\":\""
            + image.digest()
            + "\"}}")
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void whatAGatewayLeftHalfDoneIsGoneOnWith() {
    for (int i = 0; i < 250; i++) {
      push(image, "t" + i);
    }
    delete(image.digest());
    background.clear(); // it died

    deletions.goOn();

    assertThat(keys()).noneMatch(key -> key.contains("/_tags/") || key.contains("/_tagged/"));
    assertThat(keys()).noneMatch(key -> key.contains("/_manifests/"));
    deletions(Clock.offset(Clock.systemUTC(), Duration.ofHours(1))).goOn();
    assertThat(keys()).noneMatch(key -> key.startsWith(OciKeys.DELETIONS));
  }

  /** Notes that are none of ours, or cannot be read, keep nobody waiting. */
  @Test
  void goesOnWhateverElseLiesAmongTheNotes() {
    for (int i = 0; i < 250; i++) {
      push(image, "t" + i);
    }
    delete(image.digest());
    background.clear(); // it died
    RepositoryName oci = RepositoryName.of("oci/aaa");
    records.create(ObjectKeys.repository(oci), new RepositoryRecord(1, oci, Instant.EPOCH));
    new RepositoryContents(store, Clock.systemUTC()).delete(oci, () -> {});
    store.create(OciKeys.deletion("aaa/aaa", image.digest()), new byte[] {'{', '{'});
    assertThat(keys()).anyMatch(key -> key.equals(OciKeys.DELETIONS + "aaa.json"));

    deletions.goOn();

    assertThat(keys()).noneMatch(key -> key.contains("/_tags/") || key.contains("/_tagged/"));
    assertThat(keys()).anyMatch(key -> key.equals(OciKeys.DELETIONS + "aaa.json"));
  }

  /** Nobody was told that it would go. */
  @Test
  void aNoteWithoutItsMarkDeletesNothing() {
    push(image, "t");
    records.create(
        OciKeys.deletion(NAME.value(), image.digest()),
        new DeletionRecord(NAME.value(), image.digest(), false));

    deletions.goOn();
    assertThat(keys()).anyMatch(key -> key.startsWith(OciKeys.DELETIONS));
    deletions(Clock.offset(Clock.systemUTC(), Duration.ofHours(1))).goOn();

    assertThat(isThere("t")).isTrue();
    assertThat(keys()).noneMatch(key -> key.startsWith(OciKeys.DELETIONS));
  }

  @Test
  void anImageThatIsPushedAgainHasNoneOfItsFormerTags() {
    for (int i = 0; i < 250; i++) {
      push(image, "t" + i);
    }
    delete(image.digest());
    background.clear();

    // There is too much left for one request, and for the next one there is not.
    assertThatThrownBy(() -> push(image, "again")).isInstanceOf(Failure.Transient.class);
    push(image, "again");

    assertThat(isThere("again")).isTrue();
    for (int i = 0; i < 250; i++) {
      assertThat(isThere("t" + i)).isFalse();
    }
    finish();
    deletions.goOn();
    assertThat(isThere("again")).isTrue();
  }

  /** Nobody noted their tags: they are looked for, as ever. */
  @Test
  void ofARecordOfAFormerReleaseAllTagsGo() {
    push(image, "t");
    ManifestRecord now = manifests.find(NAME, Digest.of(image.digest())).orElseThrow();
    records.update(
        OciKeys.manifest(NAME.value(), image.digest()),
        ManifestRecord.class,
        old ->
            Optional.of(
                new ManifestRecord(
                    now.generation() + 1,
                    now.repository(),
                    now.name(),
                    now.digest(),
                    now.mediaType(),
                    now.content(),
                    now.pushedAt(),
                    State.RECEIVED,
                    now.subject(),
                    now.signatures(),
                    now.refusal())));
    for (int i = 0; i < 250; i++) {
      records.create(
          OciKeys.tag(NAME.value(), "old" + i),
          new TagRecord(NAME.value(), "old" + i, image.digest(), Instant.EPOCH));
    }

    for (int i = 0; i < 1_200; i++) {
      store.create(OciKeys.tag(NAME.value(), "u" + i), new byte[] {'1'});
    }
    store.reset();

    delete(image.digest());

    // All tags of the name are on two pages.
    assertThat(
            store.operations.stream().filter(o -> o.equals("list " + OciKeys.tags(NAME.value()))))
        .hasSize(1);
    for (int i = 0; i < 1_200; i++) {
      store.delete(OciKeys.tag(NAME.value(), "u" + i));
    }
    finish();

    assertThat(keys()).noneMatch(key -> key.contains("/_tags/"));
  }
}
