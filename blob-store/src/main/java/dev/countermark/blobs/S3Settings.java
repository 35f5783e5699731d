package dev.countermark.blobs;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How to reach a bucket.
 *
 * @param endpoint {@code http://} or {@code https://}, host and port
 * @param region such as {@code us-east-1}
 * @param bucket 3 to 63 characters; made when it does not exist
 * @param trustCertificates PEM file of the authorities to trust instead of the JVM's
 * @param timeout longest time one call may take, from connecting to the last byte sent; reading a
 *     stream may take longer in all, but not between two bytes
 */
public record S3Settings(
    URI endpoint,
    String region,
    String bucket,
    String accessKey,
    String secretKey,
    Optional<Path> trustCertificates,
    Duration timeout) {
  public S3Settings(
      URI endpoint, String region, String bucket, String accessKey, String secretKey) {
    this(endpoint, region, bucket, accessKey, secretKey, Optional.empty(), Duration.ofSeconds(20));
  }

  /** Without the keys. */
  @Override
  public String toString() {
    return endpoint + " bucket " + bucket;
  }
}
