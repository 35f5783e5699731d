package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.MediaTypes;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.TagRecord;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.Failed;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a list of tags costs, and what its pages tell. */
class TagsTest {
  private static final OciName NAME = OciName.parse("acme/app/web").orElseThrow();
  private static final RepositoryRecord REPOSITORY =
      new RepositoryRecord(1, RepositoryName.of("acme/app"), Instant.EPOCH);

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final Sight sight = new Sight(store, repository -> Runnable::run);
  private final Tags tags =
      new Tags(
          store,
          new Manifests(store, new SignatureView(store, new Blobs(store)), sight),
          sight,
          new Cursors("secret".getBytes(StandardCharsets.UTF_8), Tags.CURSORS));

  private void tag(String tag, State state) {
    byte[] content = ("{\"state\":\"" + state + "\"}").getBytes(StandardCharsets.UTF_8);
    String digest = Digest.sha256(content).toString();
    records.create(
        OciKeys.manifest(NAME.value(), digest),
        new ManifestRecord(
            1,
            REPOSITORY.repository(),
            NAME.value(),
            digest,
            MediaTypes.OCI_MANIFEST,
            Bytes.of(content),
            Instant.EPOCH,
            state,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
    records.create(
        OciKeys.tag(NAME.value(), tag), new TagRecord(NAME.value(), tag, digest, Instant.EPOCH));
  }

  private Tags.Listing page(String query, Optional<Integer> limit) {
    Optional<String> cursor =
        query.startsWith("after=") ? Optional.of(query.substring(6)) : Optional.empty();
    String last = query.startsWith("last=") ? query.substring(5) : "";
    return tags.tags(REPOSITORY, NAME, new Tags.Wanted(last, cursor, limit, true));
  }

  private List<String> all(Optional<Integer> limit) {
    List<String> seen = new ArrayList<>();
    Optional<String> next = Optional.of("");
    while (next.isPresent()) {
      store.reset();
      Tags.Listing page = page(next.get(), limit);
      assertThat(store.reads()).hasSizeLessThanOrEqualTo(2 * Tags.LOOKS);
      seen.addAll(page.entries());
      next = page.next();
    }
    return seen;
  }

  @Test
  void oneRequestLooksAtSoManyTagsHoweverFewAreToBeSeen() {
    for (int i = 0; i < 1_000; i++) {
      tag(String.format("hidden-%04d", i), State.RECEIVED);
    }
    tag("a", State.AVAILABLE);
    tag("hidden-0500x", State.AVAILABLE);
    tag("z", State.AVAILABLE);

    assertThat(all(Optional.empty())).containsExactly("a", "hidden-0500x", "z");
    assertThat(all(Optional.of(1))).containsExactly("a", "hidden-0500x", "z");
  }

  @Test
  void whoWantsOneTagHasTwoLookedAt() {
    for (int i = 0; i < 300; i++) {
      tag("t" + i, State.AVAILABLE);
    }
    store.reset();

    assertThat(page("", Optional.of(1)).next()).contains("last=t0");

    assertThat(store.reads()).hasSizeLessThanOrEqualTo(4);
  }

  @Test
  void theAddressOfTheNextPageTellsNoHiddenTag() {
    for (int i = 0; i < 300; i++) {
      tag("secret-name-" + i, State.RECEIVED);
    }

    Tags.Listing page = page("", Optional.empty());

    assertThat(page.entries()).isEmpty();
    String next = page.next().orElseThrow();
    assertThat(next).matches("after=[A-Za-z0-9_-]{40,256}");
    assertThat(decoded(next.substring(6))).doesNotContain("secret");
    assertThat(page(next, Optional.empty()).next()).isEmpty();
  }

  private static String decoded(String base64) {
    return new String(java.util.Base64.getUrlDecoder().decode(base64), StandardCharsets.ISO_8859_1);
  }

  @Test
  void aCursorThatIsNoneIsRefused() {
    tag("t", State.AVAILABLE);
    String ofAnother =
        new Cursors("secret".getBytes(StandardCharsets.UTF_8), Tags.CURSORS)
            .write("acme/other", "t");

    for (String cursor : List.of("", "x", "t", "=", "é", "A".repeat(3_000), ofAnother)) {
      assertThatThrownBy(() -> page("after=" + cursor, Optional.empty()))
          .isInstanceOfSatisfying(Failed.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void tagsThatAreLeftOutByTheirNamesArePassedOverInPages() {
    RepositoryRecord hiding =
        REPOSITORY.with(
            new OciFormat(),
            new OciSettings(
                OciSettings.defaults().visibility(),
                false,
                OciSettings.defaults().signatureFormats(),
                false,
                true));
    for (int i = 0; i < Tags.PASSED + 100; i++) {
      store.create(
          OciKeys.tag(NAME.value(), "sha256-" + String.format("%064x", i) + ".sig"),
          new byte[] {'1'});
    }
    store.create(OciKeys.tag(NAME.value(), "z"), new byte[] {'1'});
    store.reset();

    Tags.Listing first =
        tags.tags(hiding, NAME, new Tags.Wanted("", Optional.empty(), Optional.empty(), false));

    assertThat(first.entries()).isEmpty();
    assertThat(store.counts().get("list")).isLessThanOrEqualTo(12);
    assertThat(
            tags.tags(
                    hiding,
                    NAME,
                    new Tags.Wanted(
                        "",
                        Optional.of(first.next().orElseThrow().substring(6)),
                        Optional.empty(),
                        false))
                .entries())
        .containsExactly("z");
  }
}
