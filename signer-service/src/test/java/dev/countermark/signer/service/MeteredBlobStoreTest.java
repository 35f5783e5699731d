package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore.Version;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.tracing.Tracing;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class MeteredBlobStoreTest {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final MeteredBlobStore store =
      new MeteredBlobStore(new InMemoryBlobStore(), meters, Tracing.off());

  private double count(String name) {
    return meters.get(name).counter().count();
  }

  @Test
  void countsWhatIsWritten() {
    Version version = store.create("created", new byte[10]).orElseThrow();
    store.replace("created", new byte[20], version);
    store.put("bytes", new byte[100], 80);

    assertThat(count(MeteredBlobStore.WRITTEN)).isEqualTo(110);
    assertThat(count(MeteredBlobStore.READ)).isZero();
  }

  @Test
  void countsWhatIsReadAndNoMore() throws IOException {
    store.create("object", new byte[1000]);

    store.get("object");
    store.get("nothing");
    store.head("object");
    try (InputStream in = store.open("object", 100, 500).orElseThrow()) {
      in.readNBytes(30);
      in.read();
    }

    assertThat(count(MeteredBlobStore.READ)).isEqualTo(1031);
  }
}
