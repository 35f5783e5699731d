package dev.countermark.gateway.retention;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.gateway.inventory.Inventories.Item;
import dev.countermark.gateway.inventory.Row;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.Inventory;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What goes of one format, by the rules of a repository. Never what something that stays needs: the
 * images of an index, the subject of a referrer, what a tag points to that no rule is about. What
 * belongs to something goes and stays with it: signatures, attestations, referrers. What waits for
 * its signature stays.
 */
final class RetentionPlan {
  /**
   * A package that goes.
   *
   * @param rule number of the rule that says so, from 0 on
   * @param along whether it goes because something goes that it belongs to
   */
  record Gone(Item item, int rule, boolean along) {}

  /** A package, while it is decided what becomes of it. */
  private static final class Node {
    private final Item item;
    private final List<String> ownTags = new ArrayList<>();
    private final List<Node> belongings = new ArrayList<>();
    private final List<Node> needs = new ArrayList<>();
    private Optional<Node> owner = Optional.empty();
    private Optional<Integer> rule = Optional.empty();
    private boolean needed;
    private boolean kept;

    Node(Item item) {
      this.item = item;
    }

    Row row() {
      return item.row();
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Node> byDigest = new HashMap<>();
  private final Inventory<?, ?> inventory;

  private RetentionPlan(Inventory<?, ?> inventory, List<Item> items) {
    this.inventory = inventory;
    for (Item item : items) {
      Node node = new Node(item);
      nodes.add(node);
      byDigest.put(id(item.row().name(), item.row().digest()), node);
    }
    nodes.forEach(this::link);
  }

  private static String id(String name, String digest) {
    return name + "@" + digest;
  }

  private Optional<Node> find(Node of, String digest) {
    return Optional.ofNullable(byDigest.get(id(of.row().name(), digest))).filter(n -> n != of);
  }

  private void link(Node node) {
    for (String tag : node.item.tags()) {
      // Whatever else somebody put there is his, and stays when the tag goes.
      Optional<Node> owner =
          node.row().state() == State.EXEMPT
              ? inventory.ownerByTag(tag).flatMap(d -> find(node, d))
              : Optional.empty();
      if (owner.isEmpty()) {
        node.ownTags.add(tag);
      } else {
        node.owner = owner;
      }
    }
    Inventory.Links links = node.row().links();
    node.owner = links.owner().flatMap(digest -> find(node, digest)).or(() -> node.owner);
    node.owner.ifPresent(owner -> owner.belongings.add(node));
    for (String digest : links.needs()) {
      find(node, digest)
          .ifPresent(
              needed -> {
                node.needs.add(needed);
                needed.needed = true;
              });
    }
  }

  /**
   * @param items all packages of the format in the repository
   * @return in an order in which nothing goes before what needs it
   */
  static <S> List<Gone> of(
      GatewayFormat<?, S> format, RepositoryRecord repository, List<Item> items, Instant now) {
    List<RetentionRule> rules = RetentionRule.of(repository);
    RetentionPlan plan = new RetentionPlan(format.inventory(), items);
    S settings = repository.settings(format.format());
    List<Node> free =
        plan.nodes.stream()
            .filter(n -> n.owner.isEmpty())
            .filter(n -> n.row().state() == State.AVAILABLE || n.row().state() == State.REFUSED)
            .filter(n -> format.inventory().isDeletable(settings, n.row().name(), n.item.tags()))
            .toList();
    for (int i = 0; i < rules.size(); i++) {
      if (rules.get(i).isAbout(format.format().label())) {
        plan.apply(rules.get(i), i, free, now);
      }
    }
    plan.keep();
    return plan.gone();
  }

  private void apply(RetentionRule rule, int number, List<Node> free, Instant now) {
    List<Node> about = free.stream().filter(n -> isAbout(rule, n)).toList();
    Map<String, List<Node>> packages =
        about.stream().collect(Collectors.groupingBy(n -> inventory.packageOf(n.row().name())));
    for (List<Node> all : packages.values()) {
      Set<Node> last = last(rule, all);
      all.stream()
          .filter(n -> !last.contains(n) && !isYoung(rule, n, now))
          // A refused one was never anybody's: only its age tells that nobody looks at it any more.
          .filter(n -> n.row().state() != State.REFUSED || rule.olderThan().isPresent())
          .filter(n -> n.rule.isEmpty())
          .forEach(n -> n.rule = Optional.of(number));
    }
  }

  private boolean isAbout(RetentionRule rule, Node node) {
    String name = node.row().name();
    return (rule.names().matches(name) || rule.names().matches(inventory.packageOf(name)))
        && (inventory.hasTags() ? rule.isAbout(node.ownTags) : rule.tags().isEmpty());
  }

  /** Parts of an index are no versions of their own. */
  private static Set<Node> last(RetentionRule rule, List<Node> all) {
    return all.stream()
        .filter(n -> n.row().state() == State.AVAILABLE && !n.needed)
        .sorted(
            Comparator.comparing((Node n) -> n.row().acceptedAt())
                .thenComparing(n -> n.row().key())
                .reversed())
        .limit(rule.keepLast().orElse(0))
        .collect(Collectors.toSet());
  }

  private static boolean isYoung(RetentionRule rule, Node node, Instant now) {
    return rule.age().filter(age -> !node.row().acceptedAt().isBefore(now.minus(age))).isPresent();
  }

  private void keep() {
    Deque<Node> open = new ArrayDeque<>();
    for (Node node : nodes) {
      boolean standsAlone = node.owner.isEmpty() && node.rule.isEmpty();
      if (standsAlone || node.owner.isPresent() && !node.ownTags.isEmpty()) {
        keep(node, open);
      }
    }
    while (!open.isEmpty()) {
      Node node = open.remove();
      node.needs.forEach(n -> keep(n, open));
      node.belongings.forEach(n -> keep(n, open));
      node.owner.ifPresent(n -> keep(n, open));
    }
  }

  private static void keep(Node node, Deque<Node> open) {
    if (!node.kept) {
      node.kept = true;
      open.add(node);
    }
  }

  private List<Gone> gone() {
    List<Node> first =
        nodes.stream().filter(n -> !n.kept && n.owner.isEmpty() && n.rule.isPresent()).toList();
    Map<Node, Integer> heights = new HashMap<>();
    List<Gone> gone = new ArrayList<>();
    first.stream()
        .sorted(Comparator.comparing((Node n) -> height(n, heights)).reversed())
        .forEach(n -> add(n, gone));
    return gone;
  }

  /** A package, and what goes along; what belongs to each other in a circle is nobody's. */
  private static void add(Node first, List<Gone> gone) {
    Deque<Node> open = new ArrayDeque<>(List.of(first));
    int rule = first.rule.orElseThrow();
    while (!open.isEmpty()) {
      Node node = open.remove();
      if (!node.kept) {
        node.kept = true; // once
        gone.add(new Gone(node.item, rule, node != first));
        open.addAll(node.belongings);
      }
    }
  }

  /** Digests rule circles out. */
  private static int height(Node node, Map<Node, Integer> heights) {
    Integer known = heights.get(node);
    if (known != null) {
      return known;
    }
    int height = node.needs.stream().mapToInt(n -> height(n, heights) + 1).max().orElse(0);
    heights.put(node, height);
    return height;
  }
}
