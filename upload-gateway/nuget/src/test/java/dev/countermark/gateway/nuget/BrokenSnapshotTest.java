package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.nuget.view.SearchIndexes.Results;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots that are of no use: the index is made anew, and the next one takes their place. */
class BrokenSnapshotTest {
  private RestartedGateways gateways;

  @BeforeEach
  void fill(@TempDir Path spool) throws IOException {
    gateways = new RestartedGateways(spool);
  }

  @AfterEach
  void close() {
    gateways.close();
  }

  /** Makes a snapshot, has it broken, and expects that it does not matter. */
  private void expectAnewAfter(Runnable broken) {
    RestartedGateways.Gateway before = gateways.saved();
    Results all = before.search("");
    broken.run();
    RestartedGateways.Gateway after = gateways.start();
    gateways.store.reset();

    assertThat(after.search("")).isEqualTo(all);

    assertThat(gateways.store.counts().get("get")).isGreaterThan(RestartedGateways.MANY);
    gateways.pass(Duration.ofHours(1));
    after.searches.catchUp();
    gateways.store.reset();
    assertThat(gateways.start().search("")).isEqualTo(all);
    assertThat(gateways.store.counts().get("get")).as("from the next snapshot").isLessThan(100);
  }

  private void rewrite(String key, UnaryOperator<byte[]> change) {
    byte[] content = change.apply(gateways.memory.get(key).orElseThrow().content());
    gateways.memory.put(key, content, content.length);
  }

  private static UnaryOperator<byte[]> replaced(String from, String to) {
    return old -> {
      String text = new String(old, StandardCharsets.UTF_8);
      assertThat(text).containsPattern(from);
      return text.replaceAll(from, to).getBytes(StandardCharsets.UTF_8);
    };
  }

  @Test
  void aDamagedPiece() {
    expectAnewAfter(
        () ->
            rewrite(
                gateways.pieces().get(0),
                old -> {
                  old[old.length / 2] ^= 1;
                  return old;
                }));
  }

  @Test
  void aPieceThatIsTooShort() {
    expectAnewAfter(
        () -> rewrite(gateways.pieces().get(0), old -> Arrays.copyOf(old, old.length - 1)));
  }

  @Test
  void aMissingPiece() {
    expectAnewAfter(() -> gateways.memory.delete(gateways.pieces().get(0)));
  }

  @Test
  void aStoreThatFailsOnPieces() {
    expectAnewAfter(
        () -> {
          byte[] nothing = {};
          gateways.memory.put(gateways.pieces().get(0), nothing, 0);
        });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "null", "{}", "{\"files\":[]}", "no json"})
  void aRecordThatIsNone(String record) {
    expectAnewAfter(
        () -> rewrite(RestartedGateways.POINTER, old -> record.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void anOlderForm() {
    expectAnewAfter(
        () -> rewrite(RestartedGateways.POINTER, replaced("\"form\":\\d+", "\"form\":0")));
  }

  @Test
  void anotherEngine() {
    expectAnewAfter(
        () ->
            rewrite(
                RestartedGateways.POINTER, replaced("\"engine\":\"[^\"]+", "\"engine\":\"8.0.0")));
  }

  @Test
  void aFileOutsideOfItsFolder() {
    expectAnewAfter(
        () -> rewrite(RestartedGateways.POINTER, replaced("\"segments_", "\"../segments_")));
  }

  @Test
  void aFileThatIsTooLarge() {
    expectAnewAfter(
        () ->
            rewrite(
                RestartedGateways.POINTER,
                replaced("\"size\":\\d+", "\"size\":" + Long.MAX_VALUE / 4)));
  }
}
