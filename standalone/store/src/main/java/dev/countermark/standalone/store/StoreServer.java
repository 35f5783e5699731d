package dev.countermark.standalone.store;

import java.io.IOException;
import java.io.Reader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gaul.s3proxy.AccessGrant;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;

/**
 * Starts the store: {@code StoreServer DATA_DIR PORT CREDENTIALS_FILE}. The file is a properties
 * file with {@code NAME.bucket}, {@code NAME.access-key} and {@code NAME.secret-key} for each
 * identity; an identity reaches its own bucket only. Prints {@code store ready} on standard output.
 */
public final class StoreServer {
  /** What an interrupted upload leaves beside its target: {@code name-<uuid>}. */
  private static final Pattern LEFTOVER =
      Pattern.compile(".*-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");

  private record Identity(String bucket, String secret) {}

  private StoreServer() {}

  public static void main(String[] args) throws Exception {
    if (args.length != 3) {
      System.err.println("usage: StoreServer DATA_DIR PORT CREDENTIALS_FILE");
      System.exit(2);
    }
    Path data = Files.createDirectories(Path.of(args[0]).toAbsolutePath());
    int port = Integer.parseInt(args[1]);
    Map<String, Identity> identities = identities(Path.of(args[2]));
    removeLeftovers(data);

    BlobStore store =
        new SerialBlobStore(
            new FilesystemNio2BlobStore(data.toString()),
            new Room(() -> data.toFile().getUsableSpace()));
    for (Identity identity : identities.values()) {
      if (!store.containerExists(identity.bucket())) {
        store.createContainer(CreateBucketRequest.builder().bucket(identity.bucket()).build());
      }
    }
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(store)
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, "unused", "replaced by the locator")
            .jettyMaxThreads(64)
            .v4MaxNonChunkedRequestSize(64L * 1024 * 1024)
            .build();
    server.setBlobStoreLocator(
        (accessKey, bucket, key) -> {
          Identity identity = identities.get(accessKey);
          boolean granted =
              identity != null && (bucket == null || bucket.equals(identity.bucket()));
          return granted ? new AccessGrant(identity.secret(), store) : null;
        });
    server.start();
    System.out.println("store ready on 127.0.0.1:" + port);
    CountDownLatch stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "store-shutdown"));
    stopped.await();
    server.stop();
  }

  private static Map<String, Identity> identities(Path file) throws IOException {
    Properties p = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      p.load(reader);
    }
    Map<String, Identity> identities = new HashMap<>();
    for (String name : p.stringPropertyNames()) {
      if (name.endsWith(".access-key")) {
        String prefix = name.substring(0, name.length() - "access-key".length());
        String bucket = p.getProperty(prefix + "bucket");
        String secret = p.getProperty(prefix + "secret-key");
        if (bucket == null || secret == null) {
          throw new IllegalArgumentException(
              file + ": " + prefix + "bucket and " + prefix + "secret-key are needed");
        }
        identities.put(p.getProperty(name), new Identity(bucket, secret));
      }
    }
    return Map.copyOf(identities);
  }

  /**
   * A process that was killed in the middle of a write leaves a part of it beside the target. An
   * object may bear such a name, too, but only a whole object carries its checksum.
   */
  private static void removeLeftovers(Path data) throws IOException {
    List<Path> leftovers = new ArrayList<>();
    try (Stream<Path> files = Files.walk(data)) {
      files
          .filter(f -> LEFTOVER.matcher(f.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .filter(f -> !hasChecksum(f))
          .forEach(leftovers::add);
    }
    for (Path leftover : leftovers) {
      Files.deleteIfExists(leftover);
    }
  }

  private static boolean hasChecksum(Path file) {
    var view = Files.getFileAttributeView(file, UserDefinedFileAttributeView.class);
    try {
      return view != null && view.list().stream().anyMatch(name -> name.endsWith("content-md5"));
    } catch (IOException e) {
      return true; // not known to be a leftover
    }
  }
}
