package dev.countermark.faults;

import dev.countermark.faults.plan.FaultKind;
import dev.countermark.faults.plan.Schedule;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line of the harness. */
@Command(
    name = "faults",
    description =
        "Breaks a platform of its own on a schedule while packages of all formats are pushed, and"
            + " audits what is left; its last line is one JSON object. Ends with 1 when a promise"
            + " was broken.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class Main implements Callable<Integer> {
  private static final int SEEDS = 1_000_000;

  @Option(names = "--seed", description = "Gives the same schedule again (default: any).")
  private Long seed;

  @Option(names = "--faults", description = "How many (default: ${DEFAULT-VALUE}).")
  private int faults = 60;

  @Option(names = "--uploads", description = "How many (default: ${DEFAULT-VALUE}).")
  private int uploads = 300;

  @Option(names = "--clients", description = "How many push at a time (default: ${DEFAULT-VALUE}).")
  private int clients = 8;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where the platform keeps its data (default: a folder that goes in the end).")
  private Path data;

  @Option(names = "--keep", description = "Keep the data in any case.")
  private boolean keep;

  @Option(names = "--show-schedule", description = "Only print what would be done.")
  private boolean showSchedule;

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    long drawn = seed == null ? ThreadLocalRandom.current().nextLong(SEEDS) : seed;
    if (showSchedule) {
      Schedule schedule = Run.schedule(drawn, faults, uploads, EnumSet.noneOf(FaultKind.class));
      schedule.faults().forEach(System.out::println);
      schedule.deeds().forEach(System.out::println);
      return 0;
    }
    Run run = new Run(drawn, faults, uploads, clients, Optional.ofNullable(data), keep);
    return run.call();
  }
}
