package dev.countermark.testkit.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** A real S3-compatible store in a JVM of its own, with two buckets, on a free port. */
public final class EmbeddedStore implements AutoCloseable {
  public static final String REGION = "us-east-1";
  public static final String PACKAGES_BUCKET = "countermark-packages";
  public static final String PACKAGES_ACCESS_KEY = "packages";
  public static final String PACKAGES_SECRET_KEY = "packages-secret-for-tests";
  public static final String KEYS_BUCKET = "countermark-keys";
  public static final String KEYS_ACCESS_KEY = "keys";
  public static final String KEYS_SECRET_KEY = "keys-secret-for-tests";
  private static EmbeddedStore shared;

  private final int port = ServerProcess.freePort();
  private final Path data = ServerProcess.temporaryDirectory("store");
  private final ServerProcess process;

  private EmbeddedStore() {
    Path credentials = data.resolve("credentials.properties");
    try {
      Files.writeString(
          credentials,
          String.join(
              "\n",
              "packages.bucket=" + PACKAGES_BUCKET,
              "packages.access-key=" + PACKAGES_ACCESS_KEY,
              "packages.secret-key=" + PACKAGES_SECRET_KEY,
              "keys.bucket=" + KEYS_BUCKET,
              "keys.access-key=" + KEYS_ACCESS_KEY,
              "keys.secret-key=" + KEYS_SECRET_KEY,
              ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    process =
        new ServerProcess(
            "store",
            "dev.countermark.standalone.store.StoreServer",
            data.resolve("errors.log"),
            objects().toString(),
            Integer.toString(port),
            credentials.toString());
  }

  public static EmbeddedStore start() {
    EmbeddedStore store = new EmbeddedStore();
    store.process.start();
    return store;
  }

  /** One store for all tests of this JVM; ends with it. */
  public static synchronized EmbeddedStore shared() {
    if (shared == null) {
      shared = start();
    }
    return shared;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port);
  }

  /** Where the objects are on disk: a folder per bucket. */
  public Path objects() {
    return data.resolve("objects");
  }

  /** SIGKILL; the data stay. */
  public void kill() {
    process.kill();
  }

  /** Starts it again on the same port and data, after {@link #kill} or {@link #close}. */
  public void restart() {
    process.start();
  }

  @Override
  public void close() {
    process.stop();
  }
}
