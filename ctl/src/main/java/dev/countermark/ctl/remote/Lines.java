package dev.countermark.ctl.remote;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Lines of an answer as they come: one is taken before the next one is asked for. */
final class Lines implements Flow.Subscriber<String> {
  private final BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
  private Flow.Subscription subscription;

  @Override
  public void onSubscribe(Flow.Subscription made) {
    subscription = made;
    made.request(1);
  }

  @Override
  public void onNext(String line) {
    lines.add(Optional.of(line));
  }

  @Override
  public void onError(Throwable failure) {
    end();
  }

  @Override
  public void onComplete() {
    end();
  }

  /** No more come; also when none ever came. */
  void end() {
    lines.add(Optional.empty());
  }

  /**
   * The next one.
   *
   * @return empty at the end
   * @throws RemoteException when none comes for so long
   */
  Optional<String> next(Duration patience) throws InterruptedException {
    Optional<String> next = lines.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      throw RemoteException.away(
          "nothing more came for " + patience.toSeconds() + " s; try again", null);
    }
    if (next.isPresent()) {
      subscription.request(1);
    }
    return next;
  }
}
