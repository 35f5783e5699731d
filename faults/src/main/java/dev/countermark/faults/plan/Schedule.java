package dev.countermark.faults.plan;

import dev.countermark.contracts.Topics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All that happens while packages are pushed, by the number of the upload before which it does: the
 * same seed and the same counts give the same schedule, however fast the machine is.
 *
 * @param faults in the order in which they begin
 * @param deeds in the order in which they are done
 */
public record Schedule(List<Fault> faults, List<Deed> deeds) {
  /** Links that connections can be cut on. */
  private static final List<String> LINKS = List.of("broker", "store", "key-service");

  /** Whoever is named twice is chosen twice as often. */
  private static final List<String> PARTS =
      List.of(
          "upload-gateway",
          "upload-gateway",
          "upload-gateway-2",
          "upload-gateway-2",
          "signer",
          "signer",
          "signer-2",
          "signer-2",
          "key-service",
          "key-service",
          "broker",
          "store");

  private static final int SHORTEST_MILLIS = 200;
  private static final int LONGEST_MILLIS = 3_000;

  /** Behind the last fault uploads find a platform that recovers. */
  private static final double FAULTS_END = 0.97;

  private static final int UPLOADS_PER_DEED = 6;
  private static final int UPLOADS_PER_ROTATION = 150;

  /** So many uploads before a deed are in the middle of being pushed. */
  private static final int FRESH = 12;

  public Schedule {
    faults = List.copyOf(faults);
    deeds = List.copyOf(deeds);
  }

  /**
   * @param repositories how many there are
   * @param formats labels
   * @param skipped kinds that this machine cannot do; what is drawn for the others is the same
   */
  public static Schedule draw(
      long seed,
      int faults,
      int uploads,
      int repositories,
      Collection<String> formats,
      Set<FaultKind> skipped) {
    Random random = new Random(seed);
    List<Fault> drawn = drawFaults(random, faults, uploads, topics(formats));
    List<Deed> deeds = drawDeeds(new Random(seed + 1), uploads, repositories);
    return new Schedule(
        drawn.stream().filter(fault -> !skipped.contains(fault.kind())).toList(), deeds);
  }

  private static List<String> topics(Collection<String> formats) {
    return Stream.concat(
            formats.stream()
                .sorted()
                .flatMap(format -> Stream.of(Topics.uploads(format), Topics.resyncs(format))),
            Stream.of(Topics.RESYNC_CAMPAIGNS, Topics.OUTCOMES))
        .toList();
  }

  private static List<Fault> drawFaults(
      Random random, int count, int uploads, List<String> topics) {
    List<FaultKind> kinds = kinds(random, count);
    List<Integer> moments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      moments.add(random.nextInt(Math.max(1, (int) (uploads * FAULTS_END))));
    }
    Collections.sort(moments);
    List<Fault> faults = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      FaultKind kind = kinds.get(i);
      List<String> targets = targets(kind, topics);
      faults.add(
          new Fault(
              i + 1,
              moments.get(i),
              kind,
              targets.get(random.nextInt(targets.size())),
              SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS),
              random.nextLong()));
    }
    return faults;
  }

  /** Each kind once, as far as they go, then by weight. */
  private static List<FaultKind> kinds(Random random, int count) {
    List<FaultKind> kinds = new ArrayList<>(EnumSet.allOf(FaultKind.class));
    Collections.shuffle(kinds, random);
    int all = Arrays.stream(FaultKind.values()).mapToInt(FaultKind::weight).sum();
    while (kinds.size() < count) {
      int left = random.nextInt(all);
      for (FaultKind kind : FaultKind.values()) {
        left -= kind.weight();
        if (left < 0) {
          kinds.add(kind);
          break;
        }
      }
    }
    List<FaultKind> chosen = kinds.subList(0, count);
    Collections.shuffle(chosen, random);
    return chosen;
  }

  private static List<String> targets(FaultKind kind, List<String> topics) {
    return switch (kind.scope()) {
      case PART -> PARTS;
      case LINK -> LINKS;
      case STORE -> List.of("store");
      case TOPIC -> topics;
    };
  }

  private static List<Deed> drawDeeds(Random random, int uploads, int repositories) {
    List<Deed> deeds = new ArrayList<>();
    for (int i = 0; i < uploads / UPLOADS_PER_DEED; i++) {
      int at = FRESH + random.nextInt(Math.max(1, uploads - FRESH));
      Deed.Kind kind = random.nextInt(3) == 0 ? Deed.Kind.HIDE : Deed.Kind.DELETE;
      int subject = random.nextInt(Math.max(1, at - FRESH));
      deeds.add(new Deed(at, kind, subject));
      if (kind == Deed.Kind.HIDE && random.nextBoolean()) {
        deeds.add(new Deed(at + FRESH, Deed.Kind.SHOW, subject));
      }
    }
    for (int i = 0; i < Math.max(1, uploads / UPLOADS_PER_ROTATION); i++) {
      deeds.add(new Deed(random.nextInt(uploads), Deed.Kind.ROTATE, random.nextInt(repositories)));
    }
    deeds.add(new Deed(uploads * 2 / 5, Deed.Kind.CAMPAIGN, 1));
    deeds.add(new Deed(uploads * 4 / 5, Deed.Kind.CAMPAIGN, 2));
    deeds.sort(Comparator.comparingInt(Deed::atUpload));
    return deeds;
  }
}
