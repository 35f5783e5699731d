package dev.countermark.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/**
 * A fenced block of a page, as people copy it. A rule finds those that no test asks for, so ask
 * with literals: {@code of("docs/api.md", "curl")}.
 *
 * @param page below the top directory, such as {@code docs/api.md}
 * @param text with its last line end
 */
public record Block(String page, String text) {
  private static final Pattern FENCED =
      Pattern.compile("^```[a-z]*\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** In the order of the page. */
  public static List<Block> all(String page) {
    try {
      String text = Files.readString(ProjectFiles.root().resolve(page));
      return FENCED.matcher(text).results().map(m -> new Block(page, m.group(1))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The only block with this first line, else the only one whose first line begins so.
   *
   * @throws AssertionError when there is none, or several
   */
  public static Block of(String page, String beginning) {
    List<Block> blocks = all(page);
    List<Block> found = blocks.stream().filter(b -> b.firstLine().equals(beginning)).toList();
    if (found.isEmpty()) {
      found = blocks.stream().filter(b -> b.firstLine().startsWith(beginning)).toList();
    }
    if (found.size() != 1) {
      throw new AssertionError(
          page + " has " + found.size() + " blocks that begin with: " + beginning);
    }
    return found.get(0);
  }

  public String firstLine() {
    return text.lines().findFirst().orElse("");
  }

  @Override
  public String toString() {
    return page + ": " + firstLine();
  }
}
