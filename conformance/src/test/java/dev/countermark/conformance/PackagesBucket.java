package dev.countermark.conformance;

import dev.countermark.blobs.S3BlobStore;
import dev.countermark.blobs.S3Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;

/** The packages bucket of a platform, as its gateway and its signers open it. */
public final class PackagesBucket {
  private PackagesBucket() {}

  /** Of a platform that this run started; elsewhere the test is skipped. */
  public static S3BlobStore of(Platform platform) {
    URI endpoint =
        URI.create(platform.setting("upload-gateway", "countermark.store.endpoint").orElseThrow());
    String bucket = platform.setting("upload-gateway", "countermark.store.bucket").orElseThrow();
    try {
      String secret =
          Files.readString(platform.requireData().resolve("secrets/store-packages")).strip();
      return S3BlobStore.connect(new S3Settings(endpoint, "us-east-1", bucket, "packages", secret));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
