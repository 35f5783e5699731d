package dev.countermark.bench.nuget;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.bench.Parallel;
import dev.countermark.bench.Target;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.Signature;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * The least work that leaves the same objects on the same store: put the package and create a
 * record; then read both, hash the package, sign with RSA 3072, replace the record by one with a
 * signature. The records are as long as the platform's. No protocol, no broker, no key service and
 * no audit, no examination, no verification, no second process. The same client library, and as
 * many threads as the other side has clients.
 */
final class BareLoop {
  private static final String RSA = "SHA256withRSA";
  private static final int KEY_BITS = 3_072;
  private static final String PREFIX = "bench/" + UUID.randomUUID() + "/";

  private final BlobStore store;

  private BareLoop(BlobStore store) {
    this.store = store;
  }

  /** The RSA that every JDK has. */
  static Provider jdk() {
    return signatures().getProvider();
  }

  /** The RSA that the key service takes: the native one where it loads, else the JDK's. */
  static Provider fastest() {
    Provider accp = AmazonCorrettoCryptoProvider.INSTANCE;
    return accp.getService("Signature", RSA) == null ? jdk() : accp;
  }

  private static Signature signatures() {
    try {
      return Signature.getInstance(RSA);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has RSA", e);
    }
  }

  /** On the store of a platform that was started here. */
  static Optional<BareLoop> on(Target target) {
    return target.settings(Target.SIGNER).map(BareLoop::on);
  }

  private static BareLoop on(Map<String, String> settings) {
    try {
      BlobStore store =
          S3BlobStore.connect(
              new S3Settings(
                  URI.create(settings.get("countermark.store.endpoint")),
                  "us-east-1",
                  settings.get("countermark.store.bucket"),
                  settings.get("countermark.store.access-key"),
                  Files.readString(Path.of(settings.get("countermark.store.secret-key-file")))
                      .strip()));
      return new BareLoop(store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The record of a signed package of the platform, as it lies in the store. */
  byte[] record(String repository, String id, String version) {
    RepositoryName name = RepositoryName.parse(repository).orElseThrow();
    Identity identity = new Identity(id.toLowerCase(Locale.ROOT), version);
    return store.get(NugetKeys.version(name, identity)).orElseThrow().content();
  }

  /**
   * @param whole all of it
   * @param signing without the first put of each object
   */
  record Took(Duration whole, Duration signing) {}

  /**
   * @param signed the record of a signed package, as the platform wrote it
   * @param rsa who signs
   */
  Took run(int packages, byte[] signed, Provider rsa) {
    ObjectNode record = (ObjectNode) Json.read(signed, JsonNode.class);
    record.remove("signed");
    byte[] received = Json.write(record);
    KeyPair own = key(rsa);
    String run = PREFIX + UUID.randomUUID() + "/";
    int[] sizes = new int[packages];
    long began = System.nanoTime();
    Parallel.forEach(
        packages,
        i -> {
          byte[] nupkg = SamplePackage.of("Bench.Bare", i).bytes();
          sizes[i] = nupkg.length;
          store.create(run + i + "/package", nupkg);
          store.create(run + i + "/record", received);
        });
    long stored = System.nanoTime();
    Parallel.forEach(packages, i -> sign(run + i, sizes[i], signed, own, rsa));
    long ended = System.nanoTime();
    for (int i = 0; i < packages; i++) {
      store.delete(run + i + "/package");
      store.delete(run + i + "/record");
    }
    return new Took(Duration.ofNanos(ended - began), Duration.ofNanos(ended - stored));
  }

  /** Made by who signs: no key changes its form while the clock runs. */
  private static KeyPair key(Provider rsa) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA", rsa);
      generator.initialize(KEY_BITS);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("who signs with RSA makes keys", e);
    }
  }

  private void sign(String at, int size, byte[] signed, KeyPair own, Provider provider) {
    BlobStore.StoredObject record = store.get(at + "/record").orElseThrow();
    try (InputStream nupkg = store.open(at + "/package", 0, size).orElseThrow()) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[64 << 10];
      for (int count = nupkg.read(buffer); count >= 0; count = nupkg.read(buffer)) {
        sha256.update(buffer, 0, count);
      }
      Signature rsa = Signature.getInstance(RSA, provider);
      rsa.initSign(own.getPrivate());
      rsa.update(sha256.digest());
      byte[] signature = rsa.sign();
      byte[] content = signed.clone();
      System.arraycopy(signature, 0, content, 0, signature.length);
      if (store.replace(at + "/record", content, record.version()).isEmpty()) {
        throw new IllegalStateException("somebody else wrote " + at + "/record");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256 and RSA", e);
    }
  }
}
