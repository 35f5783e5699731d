package dev.countermark.gateway.nuget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.format.nuget.ingest.IngestLimits;
import dev.countermark.format.nuget.ingest.PackageInspector;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import dev.countermark.format.zip.ZipArchive;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive of many empty files is small on the disk and large once its directory is read. */
class IntakeMemoryTest {
  @TempDir Path folder;

  private Path file;

  @BeforeEach
  void write() throws IOException {
    TestArchives archive = Packages.archive("Acme.Tools", "1.0.0", "");
    for (int i = 0; i < 2_000; i++) {
      archive.stored("content/" + i + ".txt", new byte[0]);
    }
    file = Files.write(folder.resolve("package"), archive.bytes());
  }

  @Test
  void itsDirectoryIsDrawnForBeforeItIsRead() throws Exception {
    long directory = ZipArchive.read(ByteSource.of(Files.readAllBytes(file))).directory().length;
    AtomicLong drawn = new AtomicLong();
    try (FileChannel channel = FileChannel.open(file)) {
      new PackageInspector(IngestLimits.defaults(), drawn::addAndGet)
          .inspect(file, channel, Instant.now());
    }

    assertThat(drawn.get()).isBetween(directory, directory + (70 << 10));
  }

  @Test
  void whoFindsNoMemoryReadsNothing() throws Exception {
    PackageInspector inspector =
        new PackageInspector(
            IngestLimits.defaults(),
            bytes -> {
              throw new IllegalStateException("no memory");
            });
    try (FileChannel channel = FileChannel.open(file)) {
      assertThatThrownBy(() -> inspector.inspect(file, channel, Instant.now()))
          .isInstanceOf(IllegalStateException.class);
    }
  }
}
