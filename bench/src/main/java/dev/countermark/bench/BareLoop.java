package dev.countermark.bench;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;

/**
 * The least work that leaves the same objects on the same store: put the package and a record; then
 * read both, hash the package, sign with RSA 3072, replace the record by one with a signature. No
 * protocol, no broker, no examination, no second process. As many threads as the other side has
 * clients.
 */
final class BareLoop {
  private static final int KEY_BITS = 3_072;
  private static final String PREFIX = "bench/" + UUID.randomUUID() + "/";

  private final BlobStore store;
  private final KeyPair key;

  private BareLoop(BlobStore store, KeyPair key) {
    this.store = store;
    this.key = key;
  }

  /** On the store of a platform that was started here. */
  static Optional<BareLoop> on(Target target) throws IOException {
    if (target.data().isEmpty()) {
      return Optional.empty();
    }
    Properties settings = new Properties();
    Path file = target.data().get().resolve("config/signer-nuget.properties");
    try (Reader reader = Files.newBufferedReader(file)) {
      settings.load(reader);
    }
    BlobStore store =
        S3BlobStore.open(
            new S3Settings(
                URI.create(settings.getProperty("countermark.store.endpoint")),
                "us-east-1",
                settings.getProperty("countermark.store.bucket"),
                settings.getProperty("countermark.store.access-key"),
                Files.readString(Path.of(settings.getProperty("countermark.store.secret-key-file")))
                    .strip()));
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      return Optional.of(new BareLoop(store, generator.generateKeyPair()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  /**
   * @param whole all of it
   * @param signing without the first put of each object
   */
  record Took(Duration whole, Duration signing) {}

  /**
   * @param recordBytes of the record of a signed package; before it is signed it has a quarter
   */
  Took run(int packages, int recordBytes) {
    String run = PREFIX + UUID.randomUUID() + "/";
    int[] sizes = new int[packages];
    long began = System.nanoTime();
    Parallel.forEach(
        packages,
        i -> {
          byte[] nupkg = SamplePackage.of("Bench.Bare", i).bytes();
          sizes[i] = nupkg.length;
          store.create(run + i + "/package", nupkg);
          store.create(run + i + "/record", new byte[recordBytes / 4]);
        });
    long stored = System.nanoTime();
    Parallel.forEach(packages, i -> sign(run + i, sizes[i], recordBytes));
    long signed = System.nanoTime();
    for (int i = 0; i < packages; i++) {
      store.delete(run + i + "/package");
      store.delete(run + i + "/record");
    }
    return new Took(Duration.ofNanos(signed - began), Duration.ofNanos(signed - stored));
  }

  private void sign(String at, int size, int recordBytes) {
    BlobStore.StoredObject record = store.get(at + "/record").orElseThrow();
    try (InputStream nupkg = store.open(at + "/package", 0, size).orElseThrow()) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 << 10];
      for (int count = nupkg.read(buffer); count >= 0; count = nupkg.read(buffer)) {
        sha256.update(buffer, 0, count);
      }
      Signature rsa = Signature.getInstance("SHA256withRSA");
      rsa.initSign(key.getPrivate());
      rsa.update(sha256.digest());
      byte[] signature = rsa.sign();
      byte[] content = new byte[recordBytes];
      System.arraycopy(signature, 0, content, 0, signature.length);
      store.replace(at + "/record", content, record.version());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256 and RSA", e);
    }
  }
}
