package dev.countermark.format.nuget.ingest;

import static dev.countermark.format.zip.TestArchives.ascii;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.countermark.format.nuget.SignedPackages;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.format.nuget.symbols.TestPdbs;
import dev.countermark.format.zip.TestArchives;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

class PackageInspectorFuzzTest {
  private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

  @TempDir static Path folder;

  private final PackageInspector inspector =
      new PackageInspector(new IngestLimits(8 << 20, 6 << 20, 200));

  static Stream<byte[]> seeds() {
    TestArchives archive = new TestArchives();
    archive.deflated(
        "A.nuspec",
        ascii(
            "<package><metadata><id>A</id><version>1.0.0</version><authors>x</authors>"
                + "<description>d</description><readme>r.md</readme></metadata></package>"));
    archive.withDescriptor("r.md", ascii("# A"));
    archive.stored("lib/", new byte[0]);
    TestArchives symbols = new TestArchives();
    symbols.deflated(
        "A.nuspec",
        ascii(
            "<package><metadata><id>A</id><version>1.0.0</version><packageTypes>"
                + "<packageType name='SymbolsPackage'/></packageTypes></metadata></package>"));
    symbols.deflated("A.pdb", TestPdbs.portable(new UUID(1, 2), new byte[100]));
    return Stream.of(SignedPackages.unsigned("Acme"), archive.bytes(), symbols.bytes());
  }

  /** Whatever is in the file, the answer is never "try again later", which is an I/O error's. */
  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefuses(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("p.nupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      assertThat(inspector.inspect(file, channel, NOW).nuspecBytes()).isNotEmpty();
    } catch (RefusedPackageException e) {
      // The message becomes the reason phrase of an answer.
      assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}");
    }
  }

  @MethodSource("seeds")
  @FuzzTest
  void takesOrRefusesSymbols(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("s.snupkg"), bytes);
    try (FileChannel channel = FileChannel.open(file)) {
      InspectedSymbols found = inspector.inspectSymbols(file, channel, NOW, Strictness.CLIENT);
      assertThat(found.flawed()).allMatch(flaw -> flaw.matches("[\\x20-\\x7e]{1,200}"));
    } catch (RefusedPackageException e) {
      assertThat(e.getMessage()).matches("[\\x20-\\x7e]{1,200}");
    }
  }
}
