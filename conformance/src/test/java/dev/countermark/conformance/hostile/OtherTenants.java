package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.hostile.Lags.Kind;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.oci.Digests;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * A tenant that has nothing to do with what happens. Round after round it asks for {@code /v2/},
 * pushes a small blob into a repository of its own and takes it back. It gets the exact answers,
 * and the 99th percentile of their times beside an attack is at most three times that of an idle
 * platform.
 */
final class OtherTenants implements AutoCloseable {
  private static final int FACTOR = 3;

  /**
   * What an idle platform is taken to need at least, milliseconds. Below that times say nothing
   * here: platform, attackers, tests and a second platform share the cores, and one turn of the
   * scheduler, one compilation or one collection is as long. What stops a platform takes seconds.
   * Of the short form's requests two decide, and other tests run beside them.
   */
  private static final int FLOOR_MILLIS = Boolean.getBoolean("hostile.long") ? 100 : 400;

  /**
   * How many times as often as the answer of a server of nothing a push is handed from thread to
   * thread, through gateway and store: so often it waits for its turn where there are too few
   * cores.
   */
  private static final int HANDOVERS = 3;

  /** Of three requests each, so that a hiccup is not yet the percentile. */
  private static final int ROUNDS = Boolean.getBoolean("hostile.long") ? 100 : 50;

  /** Until most of it is compiled. */
  private static final int WARM_UP = 50;

  private static final Duration PACE = Duration.ofMillis(10);
  private static final Duration ROUNDS_LIMIT = Duration.ofMinutes(5);

  /** The machine's own trouble does not come three times; what is wrong does. */
  private static final int ATTEMPTS = 3;

  private final LivingGateway gateway;
  private final HttpCaller caller;
  private final String name;
  private final Random random = new Random(7);
  private final ReferenceServer reference = new ReferenceServer();
  private Lags idle;

  /** Measures the platform as it is without attackers. */
  OtherTenants(LivingGateway gateway) {
    this.gateway = gateway;
    Platform platform = gateway.platform();
    Platform.Repository repository =
        platform.repository("oci", JsonNodeFactory.instance.objectNode());
    this.caller = HttpCaller.withToken(platform.url(), repository.token());
    this.name = repository.path() + "/other";
    rounds(WARM_UP);
    this.idle = rounds(ROUNDS);
  }

  private Lags rounds(int number) {
    Lags lags = new Lags();
    while (lags.rounds() < number) {
      round(lags);
    }
    return lags;
  }

  /** It may have become busier than it was. */
  private void measureIdleAgain() {
    Lags now = rounds(ROUNDS);
    if (now.p99Millis() > idle.p99Millis()) {
      idle = now;
    }
  }

  private void round(Lags lags) {
    byte[] small = new byte[1_000];
    random.nextBytes(small);
    String digest = Digests.sha256(small);
    String blobs = "/v2/" + name + "/blobs/";
    send(lags, Kind.PING, "GET", "/v2/", null, 200);
    send(lags, Kind.PUSH, "POST", blobs + "uploads/?digest=" + digest, small, 201);
    assertThat(send(lags, Kind.PULL, "GET", blobs + digest, null, 200)).isEqualTo(small);
    send(lags, Kind.REFERENCE, "GET", reference.url(), null, 200);
    LockSupport.parkNanos(PACE.toNanos());
  }

  private byte[] send(
      Lags lags, Kind kind, String method, String target, byte[] body, int expected) {
    long begun = System.nanoTime();
    HttpResponse<byte[]> answer = caller.send(method, target, body, Map.of());
    lags.add(kind, System.nanoTime() - begun);
    assertThat(answer.statusCode()).as("to others: " + method + " " + target).isEqualTo(expected);
    return answer.body();
  }

  /** Something that is meant to be felt by all; it may be done more than once. */
  interface Attack {
    /**
     * @param others while it goes on
     */
    void run(Watch others) throws Exception;
  }

  /**
   * Runs an attack, again until there are enough times beside it, and says how others fared.
   *
   * @param what for the figures
   */
  void hardlyNotice(String what, Attack attack) throws Exception {
    for (int attempt = 1; ; attempt++) {
      Lags beside;
      try (Watch watch = watch()) {
        do {
          attack.run(watch);
        } while (!watch.isEnough());
        beside = watch.end();
      }
      gateway.requireAlive();
      Figures.add(what, idle, beside, gateway);
      if (isHardlySlower(beside)) {
        return;
      }
      assertThat(attempt).as(told(what, beside)).isLessThan(ATTEMPTS);
      measureIdleAgain();
    }
  }

  private String told(String what, Lags beside) {
    return what + ": others took " + beside + ", on an idle platform " + idle;
  }

  private boolean isHardlySlower(Lags beside) {
    double least = Math.max(FLOOR_MILLIS, HANDOVERS * beside.p99Millis(Kind.REFERENCE));
    return beside.p99Millis() <= FACTOR * Math.max(idle.p99Millis(), least);
  }

  /** Begins rounds in the background. */
  Watch watch() {
    return new Watch();
  }

  @Override
  public void close() {
    reference.close();
  }

  /** The rounds that go on beside something. */
  final class Watch implements AutoCloseable {
    private final ExecutorService pool = Executors.newSingleThreadExecutor();
    private final Future<?> rounds;
    private volatile Lags lags = new Lags();
    private volatile boolean over;

    /** When it was said which part of the attack counts. */
    private Lags counted;

    private Watch() {
      rounds = pool.submit(this::goOn);
    }

    private void goOn() {
      while (!over) {
        round(lags);
      }
    }

    private boolean isEnough() {
      return rounds.isDone() || counted != null || lags.rounds() >= ROUNDS;
    }

    /**
     * Counts from here on until there is enough, and no further: the attack is at its height, and
     * is something else when it ends. The rounds go on.
     */
    void countNow() {
      Lags height = new Lags();
      counted = null;
      lags = height;
      await("others are served").atMost(ROUNDS_LIMIT).until(this::isEnough);
      lags = new Lags();
      counted = height;
    }

    /**
     * Ends them.
     *
     * @throws AssertionError when one had another answer than it should
     */
    Lags end() throws InterruptedException {
      over = true;
      try {
        rounds.get();
      } catch (ExecutionException e) {
        throw new AssertionError(e.getCause().getMessage(), e.getCause());
      }
      return counted == null ? lags : counted;
    }

    /** Ends them, and asserts that they were hardly slower than alone. */
    void requireUndisturbed(String what) throws InterruptedException {
      Lags beside = end();
      close();
      gateway.requireAlive();
      Figures.add(what, idle, beside, gateway);
      if (!isHardlySlower(beside)) {
        measureIdleAgain();
        assertThat(isHardlySlower(beside)).as(told(what, beside)).isTrue();
      }
    }

    @Override
    public void close() {
      over = true;
      pool.shutdown();
    }
  }
}
