package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.gateway.integrity.Quarantine;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A release that is not what was stored is not handed out, and its list says so. */
@QuarkusTest
class DamagedReleaseTest extends SwiftTestBase {
  @Inject Quarantine quarantine;

  private static final Identity LIST = identity("mona.list", "1.0.0");

  private void flip(String key) {
    byte[] content = store.get(key).orElseThrow().content();
    content[content.length / 3] ^= 1;
    store.put(key, content, content.length);
  }

  private String problem(Registry registry) {
    return registry
        .reader
        .get(registry.at("mona/list"))
        .is(200)
        .json()
        .at("/releases/1.0.0/problem/detail")
        .asText();
  }

  @Test
  void itsArchive() {
    Registry registry = registry();
    byte[] archive = registry.release("mona/list/1.0.0", Archives.sound(), null);
    Part part = registry.record(LIST).orElseThrow().upload().parts().get(0);
    String key = ObjectKeys.content(part.sha256(), part.upload());
    flip(key);

    var answer = registry.reader.get(registry.at("mona/list/1.0.0.zip")).is(500);
    assertThat(answer.json().path("detail").asText()).contains("damaged");
    await().until(() -> problem(registry).contains("damaged"));
    registry.reader.get(registry.at("mona/list/1.0.0")).is(500);

    flip(key);
    assertThat(registry.reader.get(registry.at("mona/list/1.0.0.zip")).is(200).body())
        .isEqualTo(archive);
    await().until(() -> problem(registry).isEmpty());
  }

  @Test
  void itsRecord() {
    Registry registry = registry();
    registry.release("mona/list/1.0.0", Archives.sound(), null);
    flip(SwiftKeys.release(registry.name, LIST));

    for (String path : new String[] {"mona/list/1.0.0", "mona/list/1.0.0/Package.swift"}) {
      var answer = registry.reader.get(registry.at(path)).is(500);
      assertThat(answer.json().path("detail").asText()).contains("damaged");
    }
    flip(SwiftKeys.release(registry.name, LIST));
    registry.reader.get(registry.at("mona/list/1.0.0/Package.swift")).is(200);
    String key = SwiftKeys.release(registry.name, LIST);
    await().atMost(Duration.ofSeconds(90)).until(() -> !quarantine.holds(key));
  }
}
