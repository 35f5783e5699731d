package dev.countermark.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Failure;
import dev.countermark.testkit.servers.EmbeddedStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on the store that {@code ./run} starts. */
class EmbeddedS3BlobStoreTest extends BlobStoreContract {
  private static EmbeddedStore server;
  private static S3BlobStore store;

  @BeforeAll
  static void start() {
    server = EmbeddedStore.start();
    store = S3BlobStore.open(settings(EmbeddedStore.PACKAGES_BUCKET));
  }

  private static S3Settings settings(String bucket) {
    return new S3Settings(
        server.endpoint(),
        EmbeddedStore.REGION,
        bucket,
        EmbeddedStore.PACKAGES_ACCESS_KEY,
        EmbeddedStore.PACKAGES_SECRET_KEY);
  }

  @AfterAll
  static void stop() {
    store.close();
    server.close();
  }

  @Override
  protected BlobStore store() {
    return store;
  }

  @Test
  void anIdentityReachesOnlyItsOwnBucket() {
    try (S3BlobStore keys = S3BlobStore.connect(settings(EmbeddedStore.KEYS_BUCKET))) {
      assertThatThrownBy(() -> keys.get("any")).isInstanceOf(Failure.Transient.class);
    }
  }

  @Test
  void aWrongSecretIsRefused() {
    S3Settings wrong =
        new S3Settings(
            server.endpoint(),
            EmbeddedStore.REGION,
            EmbeddedStore.PACKAGES_BUCKET,
            EmbeddedStore.PACKAGES_ACCESS_KEY,
            "not the secret");
    try (S3BlobStore stranger = S3BlobStore.connect(wrong)) {
      assertThatThrownBy(() -> stranger.get("any"))
          .isInstanceOf(Failure.Transient.class)
          .hasMessageContaining("403");
    }
  }

  @Test
  void whoStartsWhileItIsAwayWaitsAndWhoHasAWrongSecretDoesNotStart() {
    server.kill();
    try (S3BlobStore early = S3BlobStore.open(settings(EmbeddedStore.PACKAGES_BUCKET))) {
      assertThatThrownBy(() -> early.get("any")).isInstanceOf(Failure.Transient.class);
      server.restart();
      assertThat(early.get("early/none")).isEmpty();
      assertThat(early.create("early/first", new byte[] {1})).isPresent();
    }
    S3Settings foreign = settings(EmbeddedStore.KEYS_BUCKET);
    assertThatThrownBy(() -> S3BlobStore.open(foreign))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("403");
  }

  @Test
  void dataSurviveAKillAndLeftoversDoNot() throws IOException {
    byte[] content = "kept".getBytes(StandardCharsets.UTF_8);
    String key = "crash/build-123e4567-e89b-12d3-a456-426614174000";
    store.create(key, content);
    Path folder = server.objects().resolve(EmbeddedStore.PACKAGES_BUCKET).resolve("crash");
    Files.writeString(folder.resolve("half-123e4567-e89b-12d3-a456-426614174001"), "ha");
    server.kill();
    assertThatThrownBy(() -> store.get(key)).isInstanceOf(Failure.Transient.class);
    server.restart();
    assertThat(store.get(key).orElseThrow().content()).isEqualTo(content);
    assertThat(store.list("crash/", "", 10).entries())
        .extracting(BlobStore.Entry::key)
        .containsExactly(key);
  }
}
