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
  void archivesAreUsedOnceTheyAreAllMade() throws IOException {
    ClassArchives made = ClassArchives.make(target);
    Path archive = Files.writeString(made.folder().resolve("broker.jsa"), "new");
    assertThat(made.options("broker")).containsExactly("-XX:ArchiveClassesAtExit=" + archive);
    assertThat(ClassArchives.of(target).options("broker")).isEmpty();

    made.keep(target);

    Path kept = ClassArchives.of(target).folder().resolve("broker.jsa");
    assertThat(kept).hasContent("new");
    assertThat(ClassArchives.of(target).options("broker"))
        .containsExactly("-XX:SharedArchiveFile=" + kept);
    assertThat(ClassArchives.of(target).options("store")).isEmpty();
  }

  @Test
  void nothingIsLeftOfOlderOnes() throws IOException {
    ClassArchives older = ClassArchives.make(target);
    Files.createFile(older.folder().resolve("broker.jsa"));
    older.keep(target);
    // Not finished: somebody ended it.
    Files.createFile(ClassArchives.make(target).folder().resolve("store.jsa"));

    ClassArchives made = ClassArchives.make(target);
    Files.createFile(made.folder().resolve("signer.jsa"));
    made.keep(target);

    assertThat(ClassArchives.of(target).options("broker")).isEmpty();
    assertThat(ClassArchives.of(target).options("store")).isEmpty();
    assertThat(ClassArchives.of(target).options("signer")).isNotEmpty();
  }
}
