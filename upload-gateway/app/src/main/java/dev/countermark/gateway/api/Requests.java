package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** The bodies that the API takes, and the checks that JSON alone cannot make. */
final class Requests {
  private static final int MAX_PAGE = 200;

  private Requests() {}

  /**
   * @param repository may be repeated, as in the answer of GET; must be that of the address
   * @param createdAt may be repeated, as in the answer of GET; not looked at
   * @param changedBy the same
   * @param settings by format; those of a format that are left out get its defaults
   */
  @Schema(
      name = "RepositorySettings",
      description = "What is left out gets its default: PUT replaces all settings.")
  record RepositorySettings(
      @JsonProperty("repository") @Schema(description = "owner/name, as in the address")
          String repository,
      @JsonProperty("createdAt") @Schema(description = "ignored") String createdAt,
      @JsonProperty("changedBy") @Schema(description = "ignored") String changedBy,
      @JsonProperty("settings")
          @Schema(
              description = "by format label; each format's page says what its settings are",
              implementation = Object.class)
          Map<String, JsonNode> settings) {
    /** Checked against the address that it came to; complete. */
    Settings checked(RepositoryName address, GatewayFormats formats) {
      if (repository != null && !repository.equals(address.toString())) {
        throw new ProblemException(
            Kind.INVALID_VALUE, "repository must be " + address + ", as in the address");
      }
      Map<String, JsonNode> given = settings == null ? Map.of() : settings;
      for (String label : given.keySet()) {
        if (formats.find(label).isEmpty()) {
          throw new ProblemException(
              Kind.UNKNOWN_MEMBER,
              "unknown member settings."
                  + StrictJson.shown(label)
                  + "; known here: "
                  + formats.labels());
        }
      }
      Settings all = new Settings();
      formats.all().forEach(f -> all.put(f, given.get(f.format().label())));
      return all;
    }
  }

  /** The settings of a repository for every format. */
  static final class Settings {
    private final List<UnaryOperator<RepositoryRecord>> set = new ArrayList<>();

    private <S> void put(GatewayFormat<?, S> format, JsonNode given) {
      String at = "settings." + format.format().label();
      S wanted = format.format().defaults();
      if (given != null && !given.isNull()) {
        Object body = StrictJson.part(given, format.settings().body(), at);
        try {
          wanted = format.settings().settings(body);
        } catch (ProblemException e) {
          throw e.at(at + ".");
        }
      }
      S settings = wanted;
      set.add(record -> with(record, format, settings, at));
    }

    private static <S> RepositoryRecord with(
        RepositoryRecord record, GatewayFormat<?, S> format, S settings, String at) {
      if (!settings.equals(record.settings(format.format()))) {
        try {
          format.settings().requireMet(settings);
        } catch (ProblemException e) {
          throw e.at(at + ".");
        }
      }
      return record.with(format.format(), settings);
    }

    /**
     * The record with these settings; settings of formats that are not known here stay.
     *
     * @throws ProblemException when one that is not in force cannot be met
     */
    RepositoryRecord in(RepositoryRecord record) {
      RepositoryRecord with = record;
      for (UnaryOperator<RepositoryRecord> each : set) {
        with = each.apply(with);
      }
      return with;
    }
  }

  /**
   * @param mode null for the default
   * @param confirm null for the default
   */
  @Schema(name = "ResyncOrder")
  record ResyncOrder(
      @JsonProperty("mode")
          @Schema(
              description =
                  "ensure: what is in order does not change; rotate-archive: detached signatures"
                      + " are made anew, no signed byte changes; resign-all: everything is signed"
                      + " anew, which breaks clients that remember it; default ensure")
          ResyncMode mode,
      @JsonProperty("confirm")
          @Schema(description = "true: go on although resign-all breaks clients; default false")
          Boolean confirm) {
    ResyncRequests.Campaign campaign() {
      return new ResyncRequests.Campaign(
          null, null, null, null, null, mode, null, null, null, confirm);
    }
  }

  /** The repository of an address. */
  static RepositoryName repository(String owner, String name) {
    return RepositoryName.parse(owner + "/" + name)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_NAME,
                    "a repository is owner/name, both 1 to 63 of a-z, 0-9 and inner hyphens;"
                        + " some owners are reserved, such as v2 and api"));
  }

  /**
   * Where the page before ended.
   *
   * @param list what is listed
   * @param cursor null for the first page
   * @return empty for the first page
   */
  static String position(Cursors cursors, String list, String cursor) {
    return cursor == null
        ? ""
        : cursors
            .read(list, cursor)
            .orElseThrow(
                () ->
                    new ProblemException(Kind.INVALID_VALUE, "cursor is next of the page before"));
  }

  /** The size of a page. */
  static int pageSize(String n) {
    if (n == null) {
      return 100;
    }
    try {
      int size = Integer.parseInt(n);
      if (size >= 1 && size <= MAX_PAGE) {
        return size;
      }
    } catch (NumberFormatException e) {
      // Answered below.
    }
    throw new ProblemException(Kind.INVALID_VALUE, "n must be a number from 1 to " + MAX_PAGE);
  }
}
