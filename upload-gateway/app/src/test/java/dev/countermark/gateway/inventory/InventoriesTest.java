package dev.countermark.gateway.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.views.ViewMemory;
import dev.countermark.testkit.time.HandSetClock;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InventoriesTest {
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final Instant NOW = Instant.parse("2026-11-30T10:00:00Z");
  private static final RepositoryName NAME = RepositoryName.of("acme/files");
  private static final RepositoryRecord REPOSITORY = new RepositoryRecord(1, NAME, NOW);
  private static final long ROOM = 64 << 20;

  /** The throw-away format where no request comes. */
  private record Echo() implements GatewayFormat<EchoRecord, EchoSettings> {
    @Override
    public Format<EchoRecord, EchoSettings> format() {
      return FORMAT;
    }

    @Override
    public RepositoryAccess<EchoSettings> access() {
      throw new UnsupportedOperationException("nobody calls");
    }

    @Override
    public Optional<String> statusKey(RepositoryName repository, String rest) {
      return Optional.empty();
    }
  }

  private final HandSetClock clock = new HandSetClock(NOW);
  private final BlobStore stored = new InMemoryBlobStore(clock);
  private final AtomicInteger gets = new AtomicInteger();
  private final AtomicInteger lists = new AtomicInteger();
  private final BlobStore store = counting();
  private final Queue<Runnable> background = new ArrayDeque<>();
  private Inventories inventories = started(ROOM);

  InventoriesTest() {
    stored.create(ObjectKeys.repository(NAME), Json.write(REPOSITORY));
  }

  private BlobStore counting() {
    return (BlobStore)
        Proxy.newProxyInstance(
            BlobStore.class.getClassLoader(),
            new Class<?>[] {BlobStore.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "get" -> gets.incrementAndGet();
                case "list" -> lists.incrementAndGet();
                default -> {}
              }
              try {
                return method.invoke(stored, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** A gateway that knows nothing yet. */
  private Inventories started(long room) {
    return new Inventories(
        new Inventories.Parts(
            store,
            new GatewayFormats(List.of(new Echo())),
            repository -> Runnable::run,
            new ViewMemory(room, background::add, clock),
            background::add,
            clock));
  }

  private void workInBackground() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  private static String key(String name) {
    return FORMAT.recordKey(NAME, name).orElseThrow();
  }

  private static EchoRecord record(String name, State state) {
    EchoRecord record =
        EchoRecord.received(NAME, name, new Upload(List.of(), 7, "0".repeat(64)), NOW)
            .into(REPOSITORY);
    return switch (state) {
      case RECEIVED -> record;
      case AVAILABLE -> record.signed(new EchoRecord.Signature(1, "f", Bytes.of(new byte[8]), NOW));
      default -> record.refused(new RefusalNote(Refusal.values()[0], "in this test", NOW));
    };
  }

  private void put(String name, State state) {
    stored.delete(key(name));
    stored.create(key(name), Json.write(record(name, state)));
  }

  private static String name(int number) {
    return String.format("f%06d", number);
  }

  /** Every ten thousandth is refused; the others are signed. */
  private void fill(int many) {
    for (int i = 0; i < many; i++) {
      put(name(i), i % 10_000 == 17 ? State.REFUSED : State.AVAILABLE);
    }
  }

  private Inventories.Part page(String after, int most, State state) {
    return inventories.list(
        new Echo(), REPOSITORY, after, most, (row, tags) -> row.state() == state);
  }

  private static List<String> names(Inventories.Part part) {
    return part.items().stream().map(item -> item.row().name()).toList();
  }

  private List<String> all(State state) {
    List<String> names = new ArrayList<>();
    Optional<String> after = Optional.of("");
    while (after.isPresent()) {
      Inventories.Part part = page(after.get(), 50, state);
      names.addAll(names(part));
      after = part.position();
    }
    return names;
  }

  private void count() {
    gets.set(0);
    lists.set(0);
  }

  // ---- a small repository -----------------------------------------------------------------------

  @Test
  void aSmallOneIsAlwaysSeenAsItIs() {
    put("a", State.AVAILABLE);
    put("b", State.RECEIVED);
    assertThat(names(page("", 10, State.AVAILABLE))).containsExactly("a");
    assertThat(names(page("", 10, State.RECEIVED))).containsExactly("b");

    put("b", State.AVAILABLE);
    put("c", State.REFUSED);
    stored.delete(key("a"));

    assertThat(names(page("", 10, State.AVAILABLE))).containsExactly("b");
    assertThat(names(page("", 10, State.REFUSED))).containsExactly("c");
    assertThat(background).isEmpty();
  }

  @Test
  void whatDidNotChangeIsNotReadAgain() {
    fill(40);
    page("", 10, State.AVAILABLE);
    count();

    page("", 10, State.AVAILABLE);

    assertThat(gets).hasValue(0);
    assertThat(lists).hasValue(1);
  }

  @Test
  void pagesLeadThroughAllOfIt() {
    fill(120);

    assertThat(all(State.AVAILABLE)).hasSize(119).doesNotHaveDuplicates().isSorted();
  }

  @Test
  void whatARepositoryOfTheNameLeftIsNotListed() {
    EchoRecord left =
        record("left", State.AVAILABLE)
            .into(new RepositoryRecord(1, NAME, NOW.minus(Duration.ofDays(1))));
    stored.create(key("left"), Json.write(left));
    stored.create(key("bad"), new byte[] {'{'});
    put("own", State.AVAILABLE);

    assertThat(all(State.AVAILABLE)).containsExactly("own");
  }

  @Test
  void aRepositoryThatIsMadeAgainIsAnother() {
    put("a", State.AVAILABLE);
    assertThat(all(State.AVAILABLE)).containsExactly("a");
    RepositoryRecord again = new RepositoryRecord(1, NAME, NOW.plusSeconds(1));
    stored.delete(ObjectKeys.repository(NAME));
    stored.create(ObjectKeys.repository(NAME), Json.write(again));

    assertThat(inventories.list(new Echo(), again, "", 10, (row, tags) -> true).items()).isEmpty();
  }

  // ---- a large repository -----------------------------------------------------------------------

  /**
   * One hundred thousand packages, of which ten are wanted: whoever asks first reads a stretch, and
   * after that nobody reads anything but what changed; neither does who starts later.
   */
  @Test
  void noRequestReadsMoreThanAStretch() {
    fill(100_000);
    count();

    List<String> first = names(page("", 100, State.REFUSED));

    assertThat(first).containsExactly(name(17));
    assertThat(gets.get() + lists.get()).isLessThanOrEqualTo(Inventories.STRETCH + 10);

    workInBackground();
    count();

    assertThat(names(page("", 100, State.REFUSED)))
        .hasSize(10)
        .startsWith(name(17), name(10_017))
        .endsWith(name(90_017));
    assertThat(names(page("", 100, State.AVAILABLE))).hasSize(100);
    assertThat(gets.get() + lists.get()).isZero();

    put(name(55_555), State.REFUSED);
    inventories.heard(FORMAT, NAME, key(name(55_555)));

    assertThat(names(page("", 100, State.REFUSED))).hasSize(11).contains(name(55_555));
    assertThat(gets).hasValue(1);

    inventories = started(ROOM);
    count();

    assertThat(names(page("", 100, State.REFUSED))).hasSize(10);
    // The repository, the snapshot's fifty pieces, and the ten of the page by their records.
    assertThat(gets.get()).isLessThanOrEqualTo(70);
    assertThat(lists).hasValue(0);

    workInBackground();
    count();

    assertThat(names(page("", 100, State.REFUSED))).hasSize(11);
    assertThat(gets.get() + lists.get()).isZero();
  }

  @Test
  void aPageOfAnOldSnapshotSaysWhatIsSo() {
    fill(3_000);
    page("", 1, State.AVAILABLE);
    workInBackground();
    put(name(17), State.AVAILABLE);
    put(name(1), State.REFUSED);
    stored.delete(key(name(2)));

    inventories = started(ROOM);

    assertThat(names(page("", 100, State.REFUSED))).isEmpty();
    assertThat(names(page("", 5, State.AVAILABLE))).containsExactly(name(0), name(3), name(4));
    workInBackground();
    assertThat(names(page("", 100, State.REFUSED))).containsExactly(name(1));
    assertThat(all(State.AVAILABLE)).hasSize(2_998);
  }

  @Test
  void whatNobodyTellsOfIsFoundInTheEnd() {
    fill(3_000);
    page("", 1, State.AVAILABLE);
    workInBackground();
    put("late", State.REFUSED);
    stored.delete(key(name(17)));
    clock.advance(Duration.ofHours(1));

    page("", 1, State.REFUSED);
    workInBackground();

    assertThat(all(State.REFUSED)).containsExactly("late");
  }

  @Test
  void aSnapshotThatIsDamagedIsMadeAnew() {
    fill(3_000);
    page("", 1, State.AVAILABLE);
    workInBackground();
    String piece =
        stored.list(ObjectKeys.listingPieces(NAME, "echo"), "", 1).entries().get(0).key();
    byte[] bytes = stored.get(piece).orElseThrow().content();
    bytes[bytes.length / 2] ^= 1;
    stored.put(piece, bytes, bytes.length);

    inventories = started(ROOM);

    assertThat(page("", 10, State.AVAILABLE).isWhole()).isFalse();
    assertThat(all(State.REFUSED)).containsExactly(name(17));
    workInBackground();
    assertThat(page("", 10, State.AVAILABLE).isWhole()).isTrue();
  }

  @Test
  void whatThereIsNoRoomForIsReadInStretches() {
    fill(3_000);
    inventories = started(200_000);
    page("", 1, State.AVAILABLE);
    workInBackground();
    count();

    assertThat(page("", 10, State.REFUSED).isWhole()).isFalse();
    assertThat(gets.get() + lists.get()).isLessThanOrEqualTo(Inventories.STRETCH + 10);
    assertThat(background).isEmpty();
    assertThat(all(State.REFUSED)).containsExactly(name(17));
    assertThat(all(State.AVAILABLE)).hasSize(2_999);
  }
}
