package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.auth.Action;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.inventory.Row;
import dev.countermark.gateway.kit.Cursors;
import dev.countermark.gateway.kit.DeniedException;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.RepositoryAccess.Credentials;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Lists what lies in a repository, format by format, in the order of their labels. Whoever may read
 * packages of a format sees those that he may get; whoever may push sees them all.
 */
final class PackageList {
  private final Inventories inventories;
  private final GatewayFormats formats;
  private final Cursors cursors;

  PackageList(Inventories inventories, GatewayFormats formats, Cursors cursors) {
    this.inventories = inventories;
    this.formats = formats;
    this.cursors = cursors;
  }

  /**
   * What is asked for.
   *
   * @param format label; empty for all
   * @param state empty for all
   * @param prefix of names; empty for all
   * @param cursor where the page before ended; empty for the first one
   * @param size most packages on the page
   */
  record Wanted(
      RepositoryName repository,
      Optional<String> format,
      Optional<PackageState> state,
      String prefix,
      Optional<String> cursor,
      int size) {}

  /**
   * @param next the {@code cursor} of the next page; absent on the last one. A page may be shorter
   *     than asked for, even empty, and have one after it
   */
  @Schema(name = "Packages")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Page(List<Listed> packages, String next) {}

  /**
   * A package.
   *
   * @param name as in events and status, with its version where it has one
   * @param digest of what was pushed
   * @param size of what was pushed, bytes
   * @param tags that point to it; absent where packages have none, or nobody knows yet
   */
  @Schema(name = "ListedPackage")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Listed(
      String format,
      String name,
      String digest,
      PackageState.Stage state,
      Instant acceptedAt,
      Instant signedAt,
      long size,
      List<String> tags) {}

  /** Where a page ended: within a format. */
  private record Position(String label, String key) {
    private static final char SEPARATOR = '\n';

    static Position parse(String text) {
      int end = text.indexOf(SEPARATOR);
      return new Position(text.substring(0, end), text.substring(end + 1));
    }

    @Override
    public String toString() {
      return label + SEPARATOR + key;
    }
  }

  /** What one caller may see of one format. */
  private record Shelf<S>(
      GatewayFormat<?, S> format, RepositoryRecord repository, S settings, boolean all) {
    static <S> Shelf<S> of(GatewayFormat<?, S> format, RepositoryAccess.Granted<S> granted) {
      return new Shelf<>(
          format,
          granted.repository(),
          granted.settings(),
          seesAll(granted.access(), granted.repository().repository()));
    }

    private static boolean seesAll(Access access, RepositoryName repository) {
      return access.holds(repository, Action.PUSH)
          || access.holds(repository, Action.DELETE)
          || access.holds(repository, Action.ADMIN);
    }

    boolean shows(Row row) {
      return all || format.inventory().isServed(settings, row.state());
    }
  }

  /**
   * One page.
   *
   * @throws DeniedException when the caller may read nothing that he asks for
   */
  Page page(Wanted wanted, Credentials credentials) {
    List<Shelf<?>> shelves = shelves(wanted, credentials);
    Optional<Position> begin = wanted.cursor().map(c -> position(wanted, c));
    List<Listed> found = new ArrayList<>();
    for (Shelf<?> shelf : shelves) {
      String label = shelf.format().format().label();
      int order = begin.map(p -> label.compareTo(p.label())).orElse(1);
      if (order < 0) {
        continue;
      }
      if (found.size() == wanted.size()) {
        return new Page(found, next(wanted, new Position(label, "")));
      }
      String after = order == 0 ? begin.orElseThrow().key() : "";
      Inventories.Part part = part(shelf, wanted, after, wanted.size() - found.size());
      part.items().forEach(item -> found.add(listed(shelf, item, part.isWhole())));
      if (part.position().isPresent()) {
        return new Page(found, next(wanted, new Position(label, part.position().get())));
      }
    }
    return new Page(found, null);
  }

  private Inventories.Part part(Shelf<?> shelf, Wanted wanted, String after, int most) {
    boolean hasTags = shelf.format().inventory().hasTags();
    boolean byTags = wanted.state().filter(PackageState.UNTAGGED::equals).isPresent();
    if (byTags && !hasTags) {
      return new Inventories.Part(List.of(), Optional.empty(), true);
    }
    Inventories.Part part =
        inventories.list(
            shelf.format(),
            shelf.repository(),
            after,
            most,
            (row, tags) ->
                shelf.shows(row)
                    && row.name().startsWith(wanted.prefix())
                    && wanted.state().map(state -> state.isOf(row, tags)).orElse(true));
    if (byTags && !part.isWhole()) {
      throw new ProblemException(
          Kind.UNAVAILABLE,
          "the list of "
              + wanted.repository()
              + " is being made: it is not known yet which packages have tags; try again");
    }
    return part;
  }

  private static Listed listed(Shelf<?> shelf, Inventories.Item item, boolean whole) {
    Row row = item.row();
    return new Listed(
        shelf.format().format().label(),
        row.name(),
        row.digest(),
        PackageState.Stage.of(row),
        row.acceptedAt(),
        row.signedAt().orElse(null),
        row.size(),
        shelf.format().inventory().hasTags() && whole ? item.tags() : null);
  }

  private List<Shelf<?>> shelves(Wanted wanted, Credentials credentials) {
    List<Shelf<?>> shelves = new ArrayList<>();
    Optional<DeniedException> denied = Optional.empty();
    for (GatewayFormat<?, ?> format : asked(wanted)) {
      try {
        shelves.add(shelf(format, wanted.repository(), credentials));
      } catch (DeniedException e) {
        denied = Optional.of(e);
      }
    }
    if (shelves.isEmpty()) {
      throw denied.orElseThrow();
    }
    return shelves;
  }

  private List<GatewayFormat<?, ?>> asked(Wanted wanted) {
    if (wanted.format().isEmpty()) {
      return formats.all();
    }
    return List.of(
        formats
            .find(wanted.format().get())
            .orElseThrow(
                () ->
                    new ProblemException(
                        Kind.INVALID_VALUE, "format is one of " + formats.labels())));
  }

  private static <S> Shelf<S> shelf(
      GatewayFormat<?, S> format, RepositoryName repository, Credentials credentials) {
    return Shelf.of(format, format.access().check(repository, Action.PULL, credentials));
  }

  private String next(Wanted wanted, Position position) {
    return cursors.write(wanted.repository().toString(), position.toString());
  }

  private Position position(Wanted wanted, String cursor) {
    return cursors
        .read(wanted.repository().toString(), cursor)
        .map(Position::parse)
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_VALUE, "cursor must be the next of a page of this list"));
  }
}
