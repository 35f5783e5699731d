package dev.countermark.format.swift.archive;

import dev.countermark.format.swift.archive.InvalidArchiveException.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All entries together, as they lie on a disk: nothing in two places' stead, nothing below a file,
 * no symbolic link that leads out of the package.
 */
final class EntryTree {
  /** More links on one way than any package needs; what is beyond runs in a circle. */
  private static final int MOST_LINKS = 40;

  private enum Kind {
    FILE,
    FOLDER,
    LINK
  }

  /**
   * @param place of which every part up to a slash is the place of a folder above
   */
  private record Node(String place, Kind kind, String target) {}

  /** By place, so that two spellings of one name are one. */
  private final Map<String, Node> nodes = new HashMap<>();

  void file(EntryPath path) throws InvalidArchiveException {
    add(path, Kind.FILE, "");
  }

  void folder(EntryPath path) throws InvalidArchiveException {
    add(path, Kind.FOLDER, "");
  }

  void link(EntryPath path, String target) throws InvalidArchiveException {
    if (target.isEmpty() || target.startsWith("/") || target.indexOf('\\') >= 0) {
      throw link("is absolute or no path", path.shown());
    }
    if (target.codePoints().anyMatch(Character::isISOControl)) {
      throw link("has a control character in its target", path.shown());
    }
    if (path.segments().size() == 1) {
      throw link("takes the place of the package's folder", path.shown());
    }
    add(path, Kind.LINK, target);
  }

  private void add(EntryPath path, Kind kind, String target) throws InvalidArchiveException {
    String place = path.place();
    Node other = nodes.putIfAbsent(place, new Node(place, kind, target));
    if (other != null) {
      throw new InvalidArchiveException(
          Rule.NAMES,
          "Two entries of the archive have the same name, or names that differ only in case: "
              + path.shown()
              + ".");
    }
  }

  /**
   * Looks at all of them, once the last is known.
   *
   * @throws InvalidArchiveException naming the first objection
   */
  void check() throws InvalidArchiveException {
    for (Node node : nodes.values()) {
      int slash = node.place.indexOf('/');
      while (slash > 0) {
        Node above = nodes.get(node.place.substring(0, slash));
        if (above != null && above.kind != Kind.FOLDER) {
          throw new InvalidArchiveException(
              above.kind == Kind.LINK ? Rule.LINKS : Rule.NAMES,
              "An entry lies below another that is no folder: "
                  + EntryPath.shown(node.place)
                  + ".");
        }
        slash = node.place.indexOf('/', slash + 1);
      }
    }
    for (Node node : nodes.values()) {
      if (node.kind == Kind.LINK) {
        follow(node);
      }
    }
  }

  /** Walks as the file system would, because a link on the way changes where {@code ..} leads. */
  private void follow(Node link) throws InvalidArchiveException {
    List<String> segments = List.of(link.place.split("/"));
    List<String> at = new ArrayList<>(segments.subList(0, segments.size() - 1));
    Deque<String> ahead = new ArrayDeque<>(List.of(link.target.split("/")));
    int links = 1;
    while (!ahead.isEmpty()) {
      String step = ahead.pop();
      if (step.isEmpty() || step.equals(".")) {
        continue;
      }
      if (step.equals("..")) {
        at.remove(at.size() - 1);
        if (at.isEmpty()) {
          throw link("leads out of the package", link.place);
        }
        continue;
      }
      at.add(step);
      Node reached = nodes.get(EntryPath.place(at));
      if (reached != null && reached.kind == Kind.LINK) {
        if (++links > MOST_LINKS) {
          throw link("leads in a circle", link.place);
        }
        at.remove(at.size() - 1);
        List<String> steps = List.of(reached.target.split("/"));
        for (int i = steps.size() - 1; i >= 0; i--) {
          ahead.push(steps.get(i));
        }
      }
    }
  }

  private static InvalidArchiveException link(String what, String place) {
    return new InvalidArchiveException(
        Rule.LINKS, "A symbolic link " + what + ": " + EntryPath.shown(place) + ".");
  }
}
