package dev.countermark.format.swift.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.swift.SwiftSamples;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.zip.ByteSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class SourceArchiveFuzzTest {
  private static final ArchiveLimits LIMITS =
      new ArchiveLimits(100, 4 << 20, 2 << 20, 200, 64 << 10);

  static Stream<byte[]> seeds() {
    return Stream.of(SwiftSamples.archive().bytes());
  }

  /** What is taken is taken again once its manifests are signed. */
  @MethodSource("seeds")
  @FuzzTest
  void embedsOrRefuses(byte[] bytes) throws IOException {
    ByteSource source = ByteSource.of(bytes);
    SourceArchive archive;
    try {
      archive = SourceArchive.read(source, LIMITS);
    } catch (InvalidArchiveException e) {
      return;
    }
    Map<String, byte[]> signed = new HashMap<>();
    for (Manifest manifest : archive.manifests()) {
      signed.put(manifest.file(), ManifestSignature.append(manifest.bytes(), new byte[] {1, 2, 3}));
    }
    ByteSource embedded = archive.withManifests(signed).over(source);
    SourceArchive again = assertTaken(embedded);
    assertThat(again.root()).isEqualTo(archive.root());
    for (Manifest manifest : again.manifests()) {
      assertThat(manifest.bytes()).isEqualTo(signed.get(manifest.file()));
    }
  }

  private static SourceArchive assertTaken(ByteSource embedded) throws IOException {
    try {
      return SourceArchive.read(embedded, LIMITS);
    } catch (InvalidArchiveException e) {
      throw new AssertionError("an archive of ours is refused", e);
    }
  }
}
