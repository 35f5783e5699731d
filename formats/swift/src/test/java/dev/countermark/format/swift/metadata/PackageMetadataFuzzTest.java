package dev.countermark.format.swift.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class PackageMetadataFuzzTest {
  static Stream<byte[]> seeds() {
    return Stream.of(
        """
        {"author":{"name":"Ann","email":"a@b.example","organization":{"name":"Acme"}},
         "description":"d","licenseURL":"https://acme.example/l","readmeURL":null,
         "originalPublicationTime":"2026-05-01T10:00:00.5+02:00","other":1e3,
         "repositoryURLs":["https://acme.example/r.git","git@acme.example:r.git"]}"""
            .getBytes(StandardCharsets.UTF_8));
  }

  /** What is served is metadata that would be taken, too. */
  @MethodSource("seeds")
  @FuzzTest
  void servesOrRefuses(byte[] json) {
    PackageMetadata metadata;
    try {
      metadata = PackageMetadata.parse(json);
    } catch (InvalidMetadataException e) {
      return;
    }
    byte[] served = metadata.served().toString().getBytes(StandardCharsets.UTF_8);
    try {
      PackageMetadata again = PackageMetadata.parse(served, 8 * PackageMetadata.MAX_BYTES);
      assertThat(again.repositoryUrls()).isEqualTo(metadata.repositoryUrls());
      assertThat(again.description()).isEqualTo(metadata.description());
    } catch (InvalidMetadataException e) {
      throw new AssertionError("what is served cannot be read", e);
    }
  }
}
