package dev.countermark.faults;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.contracts.Json;
import dev.countermark.faults.plan.Deed;
import dev.countermark.faults.plan.Fault;
import dev.countermark.faults.plan.FaultKind;
import dev.countermark.faults.plan.Schedule;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** One run: starts, breaks, waits, audits and tells. */
final class Run implements Callable<Integer> {
  private static final int PROGRESS_EVERY = 50;

  private final long seed;
  private final int faults;
  private final int uploads;
  private final int clients;
  private final Path data;
  private final boolean keep;
  private final Violations violations = new Violations();
  private final Ledger ledger = new Ledger();
  private final ObjectNode figures = JsonNodeFactory.instance.objectNode();
  private final long began = System.nanoTime();

  Run(long seed, int faults, int uploads, int clients, Optional<Path> data, boolean keep)
      throws IOException {
    this.seed = seed;
    this.faults = faults;
    this.uploads = uploads;
    this.clients = clients;
    this.data = data.isPresent() ? data.get() : Files.createTempDirectory("countermark-faults-");
    this.keep = keep;
  }

  static Schedule schedule(long seed, int faults, int uploads, Set<FaultKind> skipped) {
    return Schedule.draw(
        seed,
        faults,
        uploads,
        Tenants.count(),
        FaultsFormat.all().stream().map(FaultsFormat::label).toList(),
        skipped);
  }

  /** What this machine cannot do. */
  private static Set<FaultKind> without(Optional<Disk> disk) {
    return disk.isPresent() ? EnumSet.noneOf(FaultKind.class) : EnumSet.of(FaultKind.FULL_DISK);
  }

  private String replay() {
    return "./run faults --seed %d --faults %d --uploads %d --clients %d"
        .formatted(seed, faults, uploads, clients);
  }

  @Override
  public Integer call() throws Exception {
    Say.line(
        "seed %d: %d faults, %d uploads; again: %s".formatted(seed, faults, uploads, replay()));
    Optional<Disk> disk = Disk.mount(data.resolve("objects"));
    if (disk.isEmpty()) {
      Say.line("SKIPPED: the store's disk is not filled, which takes root and tmpfs");
    }
    boolean ended = false;
    try {
      run(disk);
      tell(disk);
      ended = true;
    } finally {
      if (ended && violations.count() == 0 && !keep) {
        disk.ifPresent(Disk::close);
        delete();
      } else {
        Say.line("data, logs and all are in " + data + "; the same schedule again: " + replay());
        if (disk.isPresent()) {
          Say.line("its objects are in memory, until you umount " + data.resolve("objects"));
        }
      }
    }
    System.out.println(new String(Json.write(figures), StandardCharsets.UTF_8));
    return violations.count() == 0 ? 0 : 1;
  }

  private void run(Optional<Disk> disk) throws Exception {
    Schedule schedule = schedule(seed, faults, uploads, without(disk));
    try (Site site = Site.start(data);
        Records records = new Records(site.broker());
        Injector injector = new Injector(site, disk, records, violations)) {
      say("the platform runs, with two gateways and two signers");
      Tenants tenants = Tenants.make(site);
      try (Deeds deeds = new Deeds(site, tenants, ledger, records, violations);
          Readers readers = new Readers(tenants, ledger, violations, uploads)) {
        readers.start(site.gateways().size(), seed);
        new Uploads(tenants, ledger, violations)
            .run(uploads, clients, before(schedule, injector, deeds));
        injector.awaitEnd();
        deeds.awaitEnd();
        say("all is pushed, nothing is broken any more; waiting until all is signed");
        audit(site, tenants, deeds.campaigns());
        deeds.done().forEach((kind, count) -> put("deeds", kind.label(), count));
        figures.putObject("reads").put("asked", readers.reads()).put("signed", readers.seen());
      }
      injector.done().forEach((kind, count) -> put("faults", kind.label(), count));
      put("faults", "missed", injector.missed());
    }
  }

  private IntConsumer before(Schedule schedule, Injector injector, Deeds deeds) {
    Iterator<Fault> fault = schedule.faults().iterator();
    Iterator<Deed> deed = schedule.deeds().iterator();
    return new IntConsumer() {
      private Fault nextFault = fault.hasNext() ? fault.next() : null;
      private Deed nextDeed = deed.hasNext() ? deed.next() : null;

      @Override
      public void accept(int number) {
        while (nextFault != null && nextFault.atUpload() <= number) {
          injector.begin(nextFault);
          nextFault = fault.hasNext() ? fault.next() : null;
        }
        while (nextDeed != null && nextDeed.atUpload() <= number) {
          deeds.begin(nextDeed);
          nextDeed = deed.hasNext() ? deed.next() : null;
        }
        if (number % PROGRESS_EVERY == 0) {
          say(
              "upload %d of %d; %s; %s"
                  .formatted(number, uploads, ledger.outcomes(), injector.done()));
        }
      }
    };
  }

  private void say(String what) {
    Say.line("%4d s  %s".formatted(seconds(), what));
  }

  private long seconds() {
    return Duration.ofNanos(System.nanoTime() - began).toSeconds();
  }

  private void put(String object, String member, int count) {
    figures.withObjectProperty(object).put(member, count);
  }

  private void audit(Site site, Tenants tenants, List<String> campaigns)
      throws IOException, InterruptedException {
    try (S3BlobStore packages = site.packages();
        S3BlobStore keys = site.keys()) {
      StoreAudit store = new StoreAudit(packages, violations);
      new Settling(site, store, violations).await(campaigns);
      say("settled; auditing");
      Map<String, Integer> uploadOf = new HashMap<>();
      Set<String> digests = new HashSet<>();
      for (int number = 0; number < uploads; number++) {
        Tenants.Tenant tenant = tenants.of(number);
        for (String digest : tenant.by(0).digests(number)) {
          uploadOf.put(tenant.repository() + " " + digest, number);
          digests.add(digest);
        }
      }
      OutcomeAudit outcomes = new OutcomeAudit(violations);
      outcomes.judge(site.broker());
      List<StoreAudit.Kept> records = store.records();
      Map<String, StoreAudit.Kept> kept = store.judge(records, uploadOf, outcomes.signedBy());
      ServedAudit served = new ServedAudit(tenants, ledger, violations);
      served.judge(uploads);
      KeysAudit audit = new KeysAudit(site, violations);
      audit.read(keys, digests);
      served
          .signatures()
          .forEach(
              (number, signatures) -> {
                Tenants.Tenant tenant = tenants.of(number);
                String id = tenant.repository() + " " + tenant.by(0).digests(number).get(0);
                StoreAudit.Kept record = kept.get(id);
                if (record == null) {
                  violations.add(Violations.Kind.LOST, "the record of " + tenants.describe(number));
                } else {
                  audit.judge(
                      tenants.describe(number),
                      record.purl(),
                      tenant.by(0).signatures(),
                      signatures);
                  if (!signatures.isEmpty() && !outcomes.told(id)) {
                    violations.add(Violations.Kind.UNTOLD, tenants.describe(number));
                  }
                }
              });
      audit.verify(Path.of(System.getProperty("countermark.home")));
      figures
          .putObject("signatures")
          .put("handedOut", served.signatures().values().stream().mapToInt(Set::size).sum())
          .put("audited", audit.entries())
          .put("askedForAgain", audit.repeated())
          .put("unused", audit.unused())
          .put("told", outcomes.read())
          .put("leftBehind", leftBehind(records, kept, outcomes.signedBy()));
      put("uploads", "refused", served.refused());
      figures.put("campaigns", campaigns.size());
    }
  }

  /** Former signatures whose packages are gone. */
  private static int leftBehind(
      List<StoreAudit.Kept> records,
      Map<String, StoreAudit.Kept> kept,
      Map<String, String> signedBy) {
    return (int)
        records.stream()
            .map(record -> signedBy.get(record.id()))
            .filter(signed -> signed != null && !kept.containsKey(signed))
            .count();
  }

  private void tell(Optional<Disk> disk) {
    ledger
        .outcomes()
        .forEach(
            (outcome, count) -> put("uploads", outcome.name().toLowerCase(Locale.ROOT), count));
    figures.put("seed", seed);
    figures.put("seconds", seconds());
    var skipped = figures.putArray("skipped");
    without(disk).forEach(kind -> skipped.add(kind.label()));
    var told = figures.putArray("violations");
    violations.told().forEach(told::add);
    figures.put("violationCount", violations.count());
    say(violations.count() == 0 ? "every promise held" : violations.count() + " violations");
  }

  private void delete() {
    try (Stream<Path> files = Files.walk(data)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (IOException e) {
      Say.line("left behind: " + data + " (" + e.getMessage() + ")");
    }
  }
}
