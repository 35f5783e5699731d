package dev.countermark.gateway.letters;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/**
 * The dead letters in the store. One that is handed in again goes only when the broker has it: a
 * crash between leaves a letter that is handed in twice, and signers do the same thing once.
 */
public final class Letters {
  private static final Logger LOG = Logger.getLogger(Letters.class);
  private static final Pattern ID = Pattern.compile("[0-9]{13}-[0-9]{1,10}-[0-9]{1,19}");

  private final BlobStore store;
  private final Records records;
  private final Replay replay;
  private final Executor afterwards;
  private final List<Format<?, ?>> formats;
  private final Origin others;

  /** Where letters come from that no signer gave up. */
  public interface Origin {
    /** Whether a letter came from there. */
    boolean isOf(Letter letter);

    /** Takes it again. */
    void handIn(Letter letter);
  }

  /** Hands a letter in again. */
  interface Replay {
    /** Done when the broker has it. */
    CompletionStage<Void> publish(Letter letter);
  }

  /**
   * That the signing of a package was given up. The reason in words is for operators.
   *
   * @param letter its id
   * @param code why, as signers say it
   */
  public record Failed(String letter, String code, Instant since) {}

  /** The same as it is stored, beside which push it is about. */
  private record Note(String digest, Failed failed) {}

  /**
   * @param afterwards goes on when the broker has a letter; may block
   * @param formats that there are: letters come from strangers, and are handed in nowhere else than
   *     to signers of these
   * @param others what else gives up
   */
  Letters(
      BlobStore store,
      Replay replay,
      Executor afterwards,
      List<? extends Format<?, ?>> formats,
      Origin others) {
    this.others = others;
    this.afterwards = afterwards;
    this.store = store;
    this.records = new Records(store);
    this.replay = replay;
    this.formats = List.copyOf(formats);
  }

  /** Whether it can be the id of a letter, and part of a key. */
  private static boolean isId(String id) {
    return id != null && ID.matcher(id).matches();
  }

  public List<Format<?, ?>> formats() {
    return formats;
  }

  /** Keeps one, however often it comes. */
  public void keep(Letter letter) {
    records.create(ObjectKeys.deadLetter(letter.id()), letter);
    Failed failed = new Failed(letter.id(), letter.code(), letter.at());
    failure(letter)
        .ifPresent(
            key ->
                records.update(
                    key,
                    Note.class,
                    old -> Optional.of(new Note(letter.about().orElseThrow().digest(), failed))));
  }

  private Optional<String> failure(Letter letter) {
    return letter
        .about()
        .filter(about -> isOfSigners(letter))
        .flatMap(
            about ->
                formats.stream()
                    .filter(f -> f.label().equals(about.format()))
                    .findFirst()
                    .flatMap(f -> f.recordKey(about.repository(), about.name(), about.digest()))
                    .map(key -> ObjectKeys.failure(about.repository(), about.format(), key)));
  }

  /** Whether it can be handed in again: it is all there, and came from where somebody listens. */
  public boolean isReplayable(Letter letter) {
    return letter.whole() && (isOfSigners(letter) || others.isOf(letter));
  }

  private boolean isOfSigners(Letter letter) {
    String topic = letter.source().topic();
    return formats.stream().anyMatch(f -> f.uploads().equals(topic) || f.resyncs().equals(topic));
  }

  /** One of an id. */
  public Optional<Letter> find(String id) {
    return isId(id) ? records.read(ObjectKeys.deadLetter(id), Letter.class) : Optional.empty();
  }

  /**
   * Some letters.
   *
   * @param next id after which the next page begins; empty on the last one
   */
  public record Page(List<Letter> letters, Optional<String> next) {}

  /**
   * In the order in which they were given up.
   *
   * @param after id; empty for the beginning
   * @param size letters that are looked at, some of which may not be wanted
   */
  public Page list(String after, int size, Predicate<Letter> wanted) {
    return list(after, size, wanted, letter -> letter);
  }

  /** The same without what was given up, of which there may be much. */
  public Page heads(String after, int size, Predicate<Letter> wanted) {
    return list(after, size, wanted, Letter::head);
  }

  private Page list(String after, int size, Predicate<Letter> wanted, UnaryOperator<Letter> kept) {
    BlobStore.Page page =
        store.list(
            ObjectKeys.DEAD_LETTERS, after.isEmpty() ? "" : ObjectKeys.deadLetter(after), size);
    List<Letter> letters = new ArrayList<>();
    String last = after;
    for (BlobStore.Entry entry : page.entries()) {
      last =
          entry
              .key()
              .substring(ObjectKeys.DEAD_LETTERS.length(), entry.key().length() - ".json".length());
      try {
        records.read(entry.key(), Letter.class).filter(wanted).map(kept).ifPresent(letters::add);
      } catch (MalformedJsonException e) {
        LOG.warnf("the dead letter %s cannot be read: %s", entry.key(), e.getMessage());
      }
    }
    return new Page(letters, page.more() ? Optional.of(last) : Optional.empty());
  }

  /**
   * Hands one that is replayable in again, where it came from.
   *
   * @return done when it is no letter any more; failed when the broker did not take it
   */
  public CompletionStage<Void> replay(Letter letter) {
    CompletionStage<Void> handedIn =
        others.isOf(letter)
            ? CompletableFuture.runAsync(() -> others.handIn(letter), afterwards)
            : replay.publish(letter);
    return handedIn.thenAcceptAsync(
        taken -> {
          LOG.infof("the dead letter %s is handed in again", letter.id());
          remove(letter);
        },
        afterwards);
  }

  /** Has it gone: nobody will ever sign because of it. */
  public void discard(Letter letter) {
    LOG.infof("the dead letter %s is discarded", letter.id());
    remove(letter);
  }

  private void remove(Letter letter) {
    failure(letter)
        .ifPresent(
            key ->
                records.update(
                    key,
                    Note.class,
                    old -> old.filter(n -> !n.failed().letter().equals(letter.id()))));
    store.delete(ObjectKeys.deadLetter(letter.id()));
  }

  /** That the signing of a package that waits was given up, if it was. */
  public <R extends PackageRecord<R>> Optional<Failed> of(Format<R, ?> format, R record) {
    if (record.state() != State.RECEIVED) {
      return Optional.empty();
    }
    try {
      return format
          .recordKey(record.repository(), record.packageName(), record.digest())
          .map(key -> ObjectKeys.failure(record.repository(), format.label(), key))
          .flatMap(key -> records.read(key, Note.class))
          // An earlier push of the same name may have left one.
          .filter(note -> note.digest().equals(record.digest()))
          .map(Note::failed);
    } catch (MalformedJsonException e) {
      return Optional.empty(); // of a later release: what it says is not known here
    }
  }
}
