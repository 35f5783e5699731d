package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every signer keeps, whatever its packages are; passed by the signer of each format. What the
 * signatures are like is the format's own test.
 */
public abstract class SignerContract<R extends PackageRecord<R>, S> {
  protected static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  protected static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  protected static final Instant NOW = Instant.parse("2026-11-24T10:00:01Z");

  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final Records records = new Records(store);
  private final PushedPackages.Place place = new PushedPackages.Place(store, REPOSITORY, PUSHED);
  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final List<Purpose> purposes = new ArrayList<>();
  private final List<S> settings = new ArrayList<>();
  private final Keys keys = new Keys();
  private InMemoryKeyClient authority;
  private Format<R, S> format;

  /** The signer under test. */
  protected abstract SignerFormat<R, S> signer(BlobStore store, KeyClient keys, Clock clock);

  /** What is signed. */
  protected abstract PushedPackages<R> packages();

  /** Changes an available package where it lies, so that it could not be signed once more. */
  protected abstract void damage(BlobStore store, R record);

  /** Settings that are not the defaults. */
  protected abstract S otherSettings();

  /** Counts what is asked, and is away when a test wants it. */
  private final class Keys implements KeyClient {
    private boolean away;
    private int signatures;

    private InMemoryKeyClient ask(Purpose purpose) {
      purposes.add(purpose);
      if (away) {
        throw new Failure.Transient("the key service went away on purpose", null);
      }
      return authority;
    }

    @Override
    public PublicKeyVersion current(RepositoryName repository, Purpose purpose) {
      return ask(purpose).current(repository, purpose);
    }

    @Override
    public List<PublicKeyVersion> versions(RepositoryName repository, Purpose purpose) {
      return ask(purpose).versions(repository, purpose);
    }

    @Override
    public SignedBatch sign(RepositoryName repository, Purpose purpose, List<Item> items) {
      signatures += items.size();
      return ask(purpose).sign(repository, purpose, items);
    }
  }

  /** Writes down with which settings a signer was asked. */
  private final class Watched implements SignerFormat<R, S> {
    private final SignerFormat<R, S> signer = signer(store, keys, clock);

    @Override
    public Format<R, S> format() {
      return signer.format();
    }

    @Override
    public R upToDate(R record, S wanted, PackageRequest request) {
      settings.add(wanted);
      return signer.upToDate(record, wanted, request);
    }

    @Override
    public Optional<Containers<R>> containers() {
      return signer.containers();
    }
  }

  @BeforeEach
  void createTheRepository() {
    format = signer(store, keys, clock).format();
    authority = new InMemoryKeyClient(clock, Map.of(new Purpose(format.label()), format.key()));
    records.create(ObjectKeys.repository(REPOSITORY), new RepositoryRecord(1, REPOSITORY, PUSHED));
  }

  private SigningOutcome<SignedArtifact> sign(Lane lane, R record) {
    return sign(lane, record, ResyncMode.ENSURE);
  }

  /** By a signer that remembers nothing of earlier ones. */
  private SigningOutcome<SignedArtifact> sign(Lane lane, R record, ResyncMode mode) {
    return sign(new RepositorySettings(records, Duration.ZERO, clock), lane, record, mode);
  }

  private SigningOutcome<SignedArtifact> sign(
      RepositorySettings repositories, Lane lane, R record, ResyncMode mode) {
    return sign(repositories, request(lane, record, record.digest(), mode));
  }

  private SigningOutcome<SignedArtifact> sign(
      RepositorySettings repositories, PackageRequest request) {
    return new RecordSigner<>(new Watched(), records, repositories, clock).sign(request);
  }

  private PackageRequest request(Lane lane, R record, String digest, ResyncMode mode) {
    return new PackageRequest(
        format, lane, record.repository(), record.packageName(), digest, PUSHED, mode);
  }

  private String key(R record) {
    return format
        .recordKey(record.repository(), record.packageName(), record.digest())
        .orElseThrow();
  }

  private R stored(R record) {
    return records.read(key(record), format.recordType()).orElseThrow();
  }

  private R pushed() {
    R record = packages().sound(place, 1);
    store.reset();
    return record;
  }

  // ---- once -----------------------------------------------------------------------------------

  @Test
  void signsWhatWasPushedWithAKeyOfItsOwnPurpose() {
    R pushed = pushed();

    var outcome = sign(Lane.UPLOAD, pushed);

    R signed = stored(pushed);
    assertThat(outcome).isEqualTo(new Signed<>(SignedArtifact.of(signed), List.of()));
    assertThat(signed.state()).isEqualTo(State.AVAILABLE);
    assertThat(signed.generation()).isEqualTo(2);
    assertThat(signed.inForce().orElseThrow().keyVersion()).isEqualTo(1);
    assertThat(signed.inForce().orElseThrow().signedAt()).isEqualTo(NOW);
    assertThat(signed.acceptedAt()).isEqualTo(pushed.acceptedAt());
    assertThat(purposes).containsOnly(new Purpose(format.label()));
    assertThat(store.writes()).containsExactly("replace " + key(pushed));
  }

  @ParameterizedTest
  @EnumSource(Lane.class)
  void changesNoByteInASecondRun(Lane lane) {
    R pushed = pushed();
    sign(Lane.UPLOAD, pushed);
    byte[] before = store.get(key(pushed)).orElseThrow().content();
    int signatures = keys.signatures;
    store.reset();

    var outcome = sign(lane, pushed);

    assertThat(outcome)
        .isEqualTo(new AlreadySigned<>(SignedArtifact.of(stored(pushed)), List.of()));
    assertThat(store.writes()).isEmpty();
    assertThat(keys.signatures).isEqualTo(signatures);
    assertThat(store.get(key(pushed)).orElseThrow().content()).isEqualTo(before);
  }

  @Test
  void makesTheSameBytesForTheSameRecord() {
    R pushed = pushed();
    sign(Lane.UPLOAD, pushed);
    R first = stored(pushed);
    records.update(key(pushed), format.recordType(), old -> Optional.of(pushed));

    sign(Lane.UPLOAD, pushed);

    assertThat(stored(pushed)).isEqualTo(first);
  }

  @Test
  void signsByTheSettingsOfItsRepository() {
    assertThat(otherSettings()).isNotEqualTo(format.defaults());
    R pushed = pushed();
    sign(Lane.UPLOAD, pushed);
    records.update(
        ObjectKeys.repository(REPOSITORY),
        RepositoryRecord.class,
        old -> old.map(r -> r.with(format, otherSettings())));

    sign(Lane.RESYNC, pushed);

    assertThat(settings).containsExactly(format.defaults(), otherSettings());
  }

  // ---- crashes and races ----------------------------------------------------------------------

  @Test
  void signsAgainAfterACrashBeforeItWasStored() {
    R pushed = pushed();
    var crash = new IllegalStateException("crash between signing and storing");
    store.beforeReplace =
        key -> {
          throw crash;
        };
    assertThatThrownBy(() -> sign(Lane.UPLOAD, pushed)).isSameAs(crash);
    assertThat(stored(pushed)).isEqualTo(pushed);
    store.beforeReplace = key -> {};

    assertThat(sign(Lane.UPLOAD, pushed)).isInstanceOf(Signed.class);
    assertThat(stored(pushed).generation()).isEqualTo(2);
  }

  @Test
  void findsItDoneAfterACrashBetweenStoringAndPublishing() {
    R pushed = pushed();
    store.afterReplace =
        key -> {
          throw new Failure.Transient("the connection broke after the write", null);
        };
    assertThatThrownBy(() -> sign(Lane.UPLOAD, pushed)).isInstanceOf(Failure.Transient.class);
    store.afterReplace = key -> {};
    store.reset();

    assertThat(sign(Lane.UPLOAD, pushed)).isInstanceOf(AlreadySigned.class);
    assertThat(store.writes()).isEmpty();
  }

  @Test
  void decidesAgainWhenAnotherSignerWasFaster() {
    R pushed = pushed();
    store.beforeReplace =
        key -> {
          store.beforeReplace = k -> {};
          assertThat(sign(Lane.UPLOAD, pushed)).isInstanceOf(Signed.class);
        };

    assertThat(sign(Lane.UPLOAD, pushed)).isInstanceOf(AlreadySigned.class);
    assertThat(stored(pushed).generation()).isEqualTo(2);
  }

  @Test
  void leavesNothingBehindWhenThePackageWasDeletedMeanwhile() {
    R pushed = pushed();
    store.beforeReplace = store::delete;

    assertThat(sign(Lane.UPLOAD, pushed)).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(store.get(key(pushed))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Lane.class)
  void waitsForAKeyServiceThatIsAway(Lane lane) {
    R pushed = pushed();
    keys.away = true;

    assertThatThrownBy(() -> sign(lane, pushed)).isInstanceOf(Failure.Transient.class);
    assertThat(store.writes()).isEmpty();
    keys.away = false;
    assertThat(sign(lane, pushed)).isInstanceOf(Signed.class);
  }

  // ---- what is not signed ---------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource(Lane.class)
  void signsNothingThatIsNotThere(Lane lane) {
    R pushed = pushed();
    store.delete(key(pushed));
    store.reset();

    assertThat(sign(lane, pushed)).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(store.writes()).isEmpty();
    assertThat(purposes).isEmpty();
  }

  /** Whoever forges an event, or saw content that is no longer there, gets nothing signed. */
  @ParameterizedTest
  @EnumSource(ResyncMode.class)
  void signsNothingWhoseDigestTheEventDoesNotKnow(ResyncMode mode) {
    R pushed = pushed();
    sign(Lane.UPLOAD, pushed);
    R before = stored(pushed);
    store.reset();
    purposes.clear();

    for (Lane lane : Lane.values()) {
      assertThat(
              sign(
                  new RepositorySettings(records, Duration.ZERO, clock),
                  request(lane, pushed, "sha256:" + "5a".repeat(32), mode)))
          .isInstanceOf(Exempt.class);
    }
    assertThat(store.writes()).isEmpty();
    assertThat(purposes).isEmpty();
    assertThat(stored(pushed)).isEqualTo(before);
  }

  @Test
  void signsNothingInARepositoryThatWasDeleted() {
    R pushed = pushed();
    store.delete(ObjectKeys.repository(REPOSITORY));

    assertThat(sign(Lane.UPLOAD, pushed)).isEqualTo(new Exempt<>(Exempt.Why.GONE));
    assertThat(purposes).isEmpty();
    assertThat(stored(pushed)).isEqualTo(pushed);
  }

  private RepositoryRecord makeRepositoryAgain() {
    return records
        .update(
            ObjectKeys.repository(REPOSITORY),
            RepositoryRecord.class,
            old -> old.map(r -> new RepositoryRecord(1, REPOSITORY, r.createdAt().plusMillis(1))))
        .orElseThrow();
  }

  private R letInto(RepositoryRecord repository, R record) {
    return records
        .update(key(record), format.recordType(), old -> old.map(r -> r.into(repository)))
        .orElseThrow();
  }

  /** A push into the one before wrote it late, and ended before it looked. */
  @ParameterizedTest
  @EnumSource(Lane.class)
  void signsNothingThatWasLetIntoAnEarlierRepository(Lane lane) {
    R late =
        letInto(
            records.read(ObjectKeys.repository(REPOSITORY), RepositoryRecord.class).orElseThrow(),
            pushed());
    makeRepositoryAgain();
    store.reset();

    assertThat(sign(lane, late)).isEqualTo(new Exempt<>(Exempt.Why.GONE));

    assertThat(store.writes()).isEmpty();
    assertThat(purposes).isEmpty();
    assertThat(stored(late)).isEqualTo(late);
  }

  @Test
  void signsWhatWasLetIntoARepositoryThatItDoesNotRemember() {
    RepositorySettings repositories = new RepositorySettings(records, Duration.ofMinutes(1), clock);
    R pushed = pushed();
    repositories.of(REPOSITORY, Lane.UPLOAD);
    R again = letInto(makeRepositoryAgain(), pushed);

    assertThat(sign(repositories, Lane.UPLOAD, again, ResyncMode.ENSURE))
        .isInstanceOf(Signed.class);

    assertThat(stored(again).repositoryCreatedAt()).isEqualTo(again.repositoryCreatedAt());
  }

  @Test
  void believesNoRecordOfSomethingElse() {
    R pushed = packages().sound(place, 1);
    R other = packages().hopeless(place);
    byte[] foreign = store.get(key(pushed)).orElseThrow().content();
    store.delete(key(other));
    store.create(key(other), foreign);
    store.reset();

    assertThatThrownBy(() -> sign(Lane.UPLOAD, other)).isInstanceOf(IllegalStateException.class);
    assertThat(store.writes()).isEmpty();
    assertThat(purposes).isEmpty();
  }

  /** It may have been taken back while its resync was queued. */
  @ParameterizedTest
  @EnumSource(ResyncMode.class)
  void signsNothingThatWasTakenBack(ResyncMode mode) {
    R pushed = packages().sound(place, 1);
    RefusalNote cancelled = new RefusalNote(Refusal.CANCELLED, "taken back", PUSHED);
    records.update(
        key(pushed), format.recordType(), old -> old.map(record -> record.refused(cancelled)));
    R before = stored(pushed);
    store.reset();

    for (Lane lane : Lane.values()) {
      assertThat(sign(lane, pushed, mode))
          .isEqualTo(new Refused<>(Refusal.CANCELLED, "taken back"));
    }
    assertThat(stored(pushed)).isEqualTo(before);
    assertThat(store.writes()).isEmpty();
  }

  @Test
  void storesWhyAPackageIsRefused() {
    R hopeless = packages().hopeless(place);

    var outcome = sign(Lane.UPLOAD, hopeless);

    assertThat(outcome).isInstanceOf(Refused.class);
    var refused = (Refused<SignedArtifact>) outcome;
    assertThat(stored(hopeless).state()).isEqualTo(State.REFUSED);
    assertThat(stored(hopeless).generation()).isEqualTo(2);
    assertThat(stored(hopeless).refusal())
        .contains(new RefusalNote(refused.reason(), refused.detail(), NOW));
    assertThat(keys.signatures).isZero();
  }

  /** An upload's event that comes again costs no look at the package; a resync looks anew. */
  @Test
  void publishesARefusalAgainWithoutWritingAgain() {
    R hopeless = packages().hopeless(place);
    var first = sign(Lane.UPLOAD, hopeless);
    settings.clear();
    store.reset();

    assertThat(sign(Lane.UPLOAD, hopeless)).isEqualTo(first);
    assertThat(settings).isEmpty();
    assertThat(sign(Lane.RESYNC, hopeless)).isEqualTo(first);
    assertThat(store.writes()).isEmpty();
  }

  @Test
  void keepsAvailableWhatAResyncRefuses() {
    R pushed = pushed();
    sign(Lane.UPLOAD, pushed);
    damage(store, stored(pushed));
    R before = stored(pushed);
    authority.rotate(REPOSITORY, new Purpose(format.label()));
    store.reset();

    assertThat(sign(Lane.RESYNC, pushed, ResyncMode.RESIGN_ALL)).isInstanceOf(Refused.class);

    assertThat(stored(pushed)).isEqualTo(before);
    assertThat(stored(pushed).state()).isEqualTo(State.AVAILABLE);
    assertThat(store.writes()).isEmpty();
  }
}
