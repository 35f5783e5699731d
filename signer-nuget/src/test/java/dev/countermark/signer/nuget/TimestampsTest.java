package dev.countermark.signer.nuget;

import static dev.countermark.signer.nuget.TestFeed.NAME;
import static dev.countermark.signer.nuget.TestFeed.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetRecords.AppliedPolicy;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.TestPki;
import dev.countermark.format.nuget.TestTsa;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Signed;
import java.math.BigInteger;
import java.net.URI;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Timestamps by authorities that work, and by others that do not. */
class TimestampsTest {
  private static final byte[] PACKAGE = SignedPackages.unsigned("Acme.Tools");

  private final TestFeed feed = new TestFeed();
  private final List<TimestampAuthority> all = new ArrayList<>();

  @AfterEach
  void close() {
    all.forEach(TimestampAuthority::close);
  }

  private TimestampAuthority sound() {
    return authority(TimestampAuthority.sound(new TestTsa()));
  }

  private TimestampAuthority badly(Consumer<TestTsa> change) {
    TestTsa tsa = new TestTsa();
    change.accept(tsa);
    return authority(TimestampAuthority.sound(tsa));
  }

  private TimestampAuthority authority(TimestampAuthority authority) {
    all.add(authority);
    return authority;
  }

  private void ask(TimestampPolicy policy, TimestampAuthority... authorities) {
    feed.settings(SignaturePolicy.RESIGN, policy);
    feed.authorities = List.of(authorities).stream().map(TimestampAuthority::address).toList();
    feed.push(PACKAGE);
  }

  private void assertTimestamped() throws Exception {
    assertThat(feed.signed().signature().timestamped()).isTrue();
    assertThat(feed.findings(feed.file())).isEmpty();
    assertThat(TestFeed.signature(feed.file()).primary().timestamps()).hasSize(1);
    assertThat(TestFeed.stripped(feed.file())).isEqualTo(PACKAGE);
  }

  private void assertNotTimestamped() throws Exception {
    assertThat(feed.signed().signature().timestamped()).isFalse();
    assertThat(feed.findings(feed.file())).containsExactly("WARNING NU3027");
  }

  // ---- policies -------------------------------------------------------------------------------

  @Test
  void asksNobodyWhereNoneIsWanted() throws Exception {
    TimestampAuthority authority = sound();
    ask(TimestampPolicy.NONE, authority);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertNotTimestamped();
    assertThat(authority.asked).hasValue(0);
  }

  @ParameterizedTest
  @EnumSource(
      value = TimestampPolicy.class,
      names = {"PREFERRED", "REQUIRED"})
  void addsATimestamp(TimestampPolicy policy) throws Exception {
    TimestampAuthority first = sound();
    TimestampAuthority second = sound();
    ask(policy, first, second);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertTimestamped();
    assertThat(first.asked).hasValue(1);
    assertThat(second.asked).hasValue(0);
  }

  @Test
  void outlivesTheCertificate() throws Exception {
    ask(TimestampPolicy.REQUIRED, sound());
    feed.sign(Lane.UPLOAD);
    byte[] file = feed.file();

    feed.now = NOW.plus(Duration.ofDays(700));

    assertThat(feed.findings(file)).isEmpty();
  }

  @Test
  void addsOneToACountersignature() throws Exception {
    byte[] uploaded = SignedPackages.author("Acme.Tools", f -> {});
    feed.settings(SignaturePolicy.RESIGN, TimestampPolicy.REQUIRED);
    feed.authorities = List.of(sound().address());
    feed.push(uploaded);

    feed.sign(Lane.UPLOAD);

    var signature = TestFeed.signature(feed.file());
    assertThat(signature.primary().timestamps()).isEmpty();
    assertThat(signature.countersigners().get(0).timestamps()).hasSize(1);
    assertThat(feed.findings(feed.file())).containsExactly("WARNING NU3027");
  }

  @Test
  void goesWithoutWhereItIsOnlyPreferred() throws Exception {
    TimestampAuthority broken = authority(TimestampAuthority.saying(503, new byte[0]));
    ask(TimestampPolicy.PREFERRED, broken);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertNotTimestamped();
    assertThat(broken.asked).hasValue(1);
  }

  @Test
  void waitsWhereItIsRequired() throws Exception {
    ask(TimestampPolicy.REQUIRED, authority(TimestampAuthority.saying(503, new byte[0])));
    feed.store.reset();

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD)).isInstanceOf(Failure.Transient.class);
    assertThat(feed.record().state()).isEqualTo(State.RECEIVED);
    assertThat(feed.store.writes()).isEmpty();

    feed.authorities = List.of(sound().address());
    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);
    assertTimestamped();
  }

  @Test
  void saysWhenNoAuthorityIsSet() {
    ask(TimestampPolicy.REQUIRED);

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD))
        .isInstanceOf(Failure.Transient.class)
        .hasMessageContaining("countermark.nuget.timestamp-authorities");
  }

  @Test
  void addsInAResyncWhatIsRequiredSince() throws Exception {
    ask(TimestampPolicy.NONE);
    feed.sign(Lane.UPLOAD);
    feed.authorities = List.of(sound().address());
    feed.settings(SignaturePolicy.RESIGN, TimestampPolicy.PREFERRED);
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(AlreadySigned.class);
    feed.settings(SignaturePolicy.RESIGN, TimestampPolicy.REQUIRED);

    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);

    assertTimestamped();
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(AlreadySigned.class);
  }

  @Test
  void keepsTheOldSignatureWhileNoAuthorityAnswers() throws Exception {
    ask(TimestampPolicy.REQUIRED, sound());
    feed.sign(Lane.UPLOAD);
    byte[] before = feed.file();
    feed.keys.rotate(NAME, new Purpose("nuget"));
    feed.authorities = List.of(authority(TimestampAuthority.saying(500, new byte[0])).address());

    assertThatThrownBy(() -> feed.sign(Lane.RESYNC)).isInstanceOf(Failure.Transient.class);

    assertThat(feed.file()).isEqualTo(before);
  }

  // ---- settings that changed since it was pushed ----------------------------------------------

  private void take(TimestampPolicy policy) {
    feed.taken = Optional.of(new AppliedPolicy(SignaturePolicy.RESIGN, policy));
  }

  @Test
  void asksNobodyForWhatWasTakenWhenNoneWasWanted() throws Exception {
    take(TimestampPolicy.NONE);
    ask(TimestampPolicy.REQUIRED);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);
    assertNotTimestamped();
  }

  @Test
  void waitsWithWhatWasTakenWhenOneWasRequired() throws Exception {
    take(TimestampPolicy.REQUIRED);
    ask(TimestampPolicy.NONE);

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD)).isInstanceOf(Failure.Transient.class);
    assertThat(feed.sign(Lane.RESYNC)).isInstanceOf(Signed.class);
    assertNotTimestamped();
  }

  // ---- no signature for nothing ---------------------------------------------------------------

  private Obstacle obstacle(Timestamps timestamps) {
    AtomicReference<Obstacle> found = new AtomicReference<>();
    assertThatThrownBy(timestamps::requireAnswer)
        .isInstanceOfSatisfying(Failure.Transient.class, e -> found.set(e.obstacle()));
    return found.get();
  }

  @Test
  void signsNothingWhereNoAuthorityIsSet() {
    ask(TimestampPolicy.REQUIRED);
    feed.store.reset();

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD))
        .isInstanceOfSatisfying(
            Failure.Transient.class,
            e -> assertThat(e.obstacle()).isEqualTo(Obstacle.NO_TIMESTAMP_AUTHORITY));
    assertThat(feed.signatures).hasValue(0);
  }

  /** While nobody answers, one caller after each pause finds out whether somebody does again. */
  @Test
  void asksForNothingBeforeItSignsAgain() throws Exception {
    AtomicBoolean away = new AtomicBoolean(true);
    TestTsa tsa = new TestTsa();
    TimestampAuthority authority =
        authority(
            TimestampAuthority.answering(
                (exchange, request) ->
                    TimestampAuthority.send(
                        exchange,
                        away.get() ? 503 : 200,
                        away.get() ? new byte[0] : tsa.answer(request))));
    Instant[] now = {NOW};
    Timestamps timestamps =
        new Timestamps(
            List.of(authority.address()), Duration.ofSeconds(20), new MovedClock(() -> now[0]));
    timestamps.requireAnswer();
    assertThat(authority.asked).as("nothing is known against it").hasValue(0);

    assertThatThrownBy(() -> timestamps.of(new byte[1], true))
        .isInstanceOf(Failure.Transient.class);
    assertThat(obstacle(timestamps)).isEqualTo(Obstacle.TIMESTAMP_AUTHORITY_UNAVAILABLE);
    assertThat(timestamps.of(new byte[1], false)).isEmpty();
    assertThat(authority.asked).as("left alone").hasValue(1);

    now[0] = now[0].plusSeconds(5);
    assertThat(obstacle(timestamps)).isEqualTo(Obstacle.TIMESTAMP_AUTHORITY_UNAVAILABLE);
    assertThat(obstacle(timestamps)).isEqualTo(Obstacle.TIMESTAMP_AUTHORITY_UNAVAILABLE);
    assertThat(authority.asked).hasValue(2);

    away.set(false);
    now[0] = now[0].plusSeconds(5);
    timestamps.requireAnswer();
    timestamps.requireAnswer();
    assertThat(timestamps.of(new byte[1], true)).isPresent();
    assertThat(authority.asked).hasValue(4);
  }

  private static final class MovedClock extends Clock {
    private final Supplier<Instant> now;

    MovedClock(Supplier<Instant> now) {
      this.now = now;
    }

    @Override
    public Instant instant() {
      return now.get();
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  // ---- failover -------------------------------------------------------------------------------

  private void failsOver(TimestampAuthority broken) throws Exception {
    TimestampAuthority sound = sound();
    ask(TimestampPolicy.REQUIRED, broken, sound);

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertTimestamped();
    assertThat(broken.asked).hasValue(1);
    assertThat(sound.asked).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 404, 500, 503})
  void passesOverAnAuthorityThatDoesNotAnswerTheQuestion(int status) throws Exception {
    failsOver(authority(TimestampAuthority.saying(status, new byte[0])));
  }

  @Test
  void passesOverOneThatRefuses() throws Exception {
    failsOver(authority(TimestampAuthority.saying(200, TestTsa.refusal())));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 1_000, 100_000, 1 << 20, (1 << 20) + 1, 3 << 20})
  void passesOverGarbage(int length) throws Exception {
    byte[] garbage = new byte[length];
    new java.util.Random(length).nextBytes(garbage);
    failsOver(authority(TimestampAuthority.saying(200, garbage)));
  }

  @Test
  void passesOverAnAnswerThatIsCutOffOrChanged() throws Exception {
    failsOver(
        authority(
            TimestampAuthority.answering(
                (exchange, request) -> {
                  byte[] whole = new TestTsa().answer(request);
                  whole[whole.length / 2] ^= 1;
                  TimestampAuthority.send(exchange, 200, whole);
                })));
  }

  @Test
  void passesOverAnAnswerToAnotherQuestion() throws Exception {
    failsOver(
        authority(
            TimestampAuthority.answering(
                (exchange, request) -> {
                  TimeStampRequestGenerator other = new TimeStampRequestGenerator();
                  other.setCertReq(true);
                  byte[] imprint = TestFeed.digest("SHA-256", new byte[1]);
                  byte[] asked =
                      other.generate(TSPAlgorithms.SHA256, imprint, BigInteger.ONE).getEncoded();
                  TimestampAuthority.send(exchange, 200, new TestTsa().answer(asked));
                })));
  }

  @Test
  void passesOverAWrongNonce() throws Exception {
    failsOver(
        authority(
            TimestampAuthority.answering(
                (exchange, request) -> {
                  var asked = new org.bouncycastle.tsp.TimeStampRequest(request);
                  TimeStampRequestGenerator other = new TimeStampRequestGenerator();
                  other.setCertReq(true);
                  byte[] sameImprint =
                      other
                          .generate(
                              TSPAlgorithms.SHA256,
                              asked.getMessageImprintDigest(),
                              asked.getNonce().add(BigInteger.ONE))
                          .getEncoded();
                  TimestampAuthority.send(exchange, 200, new TestTsa().answer(sameImprint));
                })));
  }

  @Test
  void passesOverWhatClientsWouldRefuse() throws Exception {
    KeyPair weak = TestPki.rsa(1024);
    failsOver(
        badly(
            t -> {
              t.key = weak;
              t.certificate = TestTsa.certificate(p -> p.key(weak));
            }));
  }

  @Test
  void passesOverOneThatIsNotThere() throws Exception {
    TimestampAuthority sound = sound();
    ask(TimestampPolicy.REQUIRED, sound);
    TimestampAuthority gone = sound();
    URI address = gone.address();
    gone.close();
    feed.authorities = List.of(address, sound.address());

    assertThat(feed.sign(Lane.UPLOAD)).isInstanceOf(Signed.class);

    assertTimestamped();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void passesOverOneThatNeverEnds(boolean afterTheHead) throws Exception {
    feed.timestampTimeout = Duration.ofSeconds(2);
    failsOver(authority(TimestampAuthority.silent(afterTheHead)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void waitsWhenAllAreSilent(boolean afterTheHead) {
    feed.timestampTimeout = Duration.ofMillis(300);
    ask(TimestampPolicy.REQUIRED, authority(TimestampAuthority.silent(afterTheHead)));

    assertThatThrownBy(() -> feed.sign(Lane.UPLOAD)).isInstanceOf(Failure.Transient.class);
    assertThat(feed.record().state()).isEqualTo(State.RECEIVED);
  }

  @Test
  void asksAgainForEverySignature() throws Exception {
    TimestampAuthority authority = sound();
    ask(TimestampPolicy.REQUIRED, authority);
    feed.sign(Lane.UPLOAD);
    feed.keys.rotate(NAME, new Purpose("nuget"));

    feed.sign(Lane.RESYNC);

    assertTimestamped();
    assertThat(authority.asked).hasValue(2);
  }
}
