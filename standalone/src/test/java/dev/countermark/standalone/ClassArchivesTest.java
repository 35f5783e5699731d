package dev.countermark.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassArchivesTest {
  @TempDir private Path target;

  @Test
  void withoutAnArchiveAPartStartsAsEver() {
    assertThat(ClassArchives.of(target).options("broker")).isEmpty();
  }

  @Test
  void anArchiveThatWasMadeIsUsed() throws IOException {
    ClassArchives made = ClassArchives.make(target);
    Path archive = Files.createFile(made.folder().resolve("broker.jsa"));

    assertThat(made.options("broker")).containsExactly("-XX:ArchiveClassesAtExit=" + archive);
    assertThat(ClassArchives.of(target).options("broker"))
        .containsExactly("-XX:SharedArchiveFile=" + archive);
    assertThat(ClassArchives.of(target).options("store")).isEmpty();
  }

  @Test
  void makingBeginsWithNone() throws IOException {
    Files.createFile(ClassArchives.make(target).folder().resolve("broker.jsa"));

    ClassArchives.make(target);

    assertThat(ClassArchives.of(target).options("broker")).isEmpty();
  }
}
