package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.Glob;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Patterns;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.retention.Retention.Going;
import dev.countermark.gateway.retention.RetentionRule;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What the API takes and shows of retention. */
final class RetentionRequests {
  private static final int MOST_RULES = 32;
  private static final int MOST_KEPT = 1_000_000;
  private static final Duration OLDEST = Duration.ofDays(36_500);

  private RetentionRequests() {}

  @Schema(name = "Retention")
  record Rules(@JsonProperty("rules") @Schema(required = true) List<Rule> rules) {
    static Rules of(List<RetentionRule> rules) {
      return new Rules(rules.stream().map(Rule::of).toList());
    }

    List<RetentionRule> checked(GatewayFormats formats) {
      if (rules == null || rules.size() > MOST_RULES || rules.contains(null)) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "rules must be a list of " + MOST_RULES + " rules at most");
      }
      return rules.stream().map(rule -> rule.checked(formats)).toList();
    }
  }

  @Schema(
      name = "RetentionRule",
      description =
          "A package goes when a rule is about it, keepLast does not keep it, and it is older than"
              + " olderThan. One of the two is needed.")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Rule(
      @JsonProperty("format") @Schema(description = "only packages of it; default all")
          String format,
      @JsonProperty("names")
          @Schema(
              description =
                  "only packages whose name, with or without the version, is such; * is anything, ?"
                      + " one character; default *")
          String names,
      @JsonProperty("tags")
          @Schema(
              description =
                  "only images all of whose tags are such; left out: only images without tags")
          String tags,
      @JsonProperty("keepLast") @Schema(description = "so many of each package stay; 1 or more")
          Integer keepLast,
      @JsonProperty("olderThan")
          @Schema(
              description = "what was pushed since stays; an ISO 8601 duration",
              examples = {"P30D"})
          String olderThan) {
    static Rule of(RetentionRule rule) {
      return new Rule(
          rule.format().orElse(null),
          rule.names().pattern(),
          rule.tags().map(Glob::pattern).orElse(null),
          rule.keepLast().orElse(null),
          rule.olderThan().orElse(null));
    }

    private RetentionRule checked(GatewayFormats formats) {
      if (format != null && formats.find(format).isEmpty()) {
        throw new ProblemException(Kind.INVALID_VALUE, "format is one of " + formats.labels());
      }
      if (keepLast == null && olderThan == null) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "a rule needs keepLast or olderThan: else nothing would stay");
      }
      if (keepLast != null && (keepLast < 1 || keepLast > MOST_KEPT)) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "keepLast is a number from 1 to " + MOST_KEPT);
      }
      return new RetentionRule(
          Optional.ofNullable(format),
          Patterns.of("names", names == null ? "*" : names),
          Optional.ofNullable(tags).map(t -> Patterns.of("tags", t)),
          Optional.ofNullable(keepLast),
          Optional.ofNullable(olderThan).map(Rule::age));
    }

    private static String age(String text) {
      try {
        Duration age = Duration.parse(text);
        if (!age.isNegative() && !age.isZero() && age.compareTo(OLDEST) <= 0) {
          return text;
        }
      } catch (DateTimeException | ArithmeticException e) {
        // Answered below.
      }
      throw new ProblemException(
          Kind.INVALID_VALUE, "olderThan is a duration such as P30D or PT12H");
    }
  }

  /**
   * @param next the {@code cursor} of the next page; absent on the last one
   */
  @Schema(name = "RetentionPreview")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Preview(List<Goes> packages, String next) {}

  /**
   * A package that would go.
   *
   * @param rule number of the rule that says so, from 0 on
   * @param along present when it goes because something goes that it belongs to
   */
  @Schema(name = "RetentionPreviewPackage")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Goes(
      String format, String name, String digest, List<String> tags, int rule, Boolean along) {
    static Goes of(Going going) {
      return new Goes(
          going.format().format().label(),
          going.item().row().name(),
          going.item().row().digest(),
          going.format().inventory().hasTags() ? going.item().tags() : null,
          going.rule(),
          going.along() ? true : null);
    }

    /** In this order they are shown. */
    static String position(Going going) {
      return going.format().format().label() + "/" + going.item().row().key();
    }
  }
}
