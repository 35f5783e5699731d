package dev.countermark.gateway.kit;

import dev.countermark.contracts.Glob;
import dev.countermark.gateway.kit.Problem.Kind;
import java.util.List;

/** Patterns of names in settings. */
public final class Patterns {
  private static final int MOST = 32;

  private Patterns() {}

  /**
   * @param member of the settings, for people
   * @param patterns as they were sent; null for none
   * @throws ProblemException when they are none, or too many
   */
  public static List<Glob> of(String member, List<String> patterns) {
    if (patterns == null) {
      return List.of();
    }
    if (patterns.size() > MOST) {
      throw new ProblemException(
          Kind.INVALID_VALUE, member + " may have " + MOST + " patterns at most");
    }
    return patterns.stream().map(pattern -> of(member, pattern)).distinct().toList();
  }

  /**
   * @throws ProblemException when it is none
   */
  public static Glob of(String member, String pattern) {
    return Glob.parse(pattern)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_VALUE,
                    member + " takes patterns of 1 to 128 characters: * is anything, ? is one"));
  }
}
