package dev.countermark.faults;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Json;
import dev.countermark.faults.Violations.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Reads the audit chains of all keys, and has the key service's own command verify them. */
final class KeysAudit {
  private static final String CHAINS = "audit/";
  private static final int VERIFY_MINUTES = 10;

  private final Site site;
  private final Violations violations;

  /** Signatures, by what they are for and the version of the key that made them. */
  private final Map<String, Set<String>> distinct = new HashMap<>();

  private final Set<String> signatures = new HashSet<>();
  private long entries;
  private int newest;
  private int unused;

  KeysAudit(Site site, Violations violations) {
    this.site = site;
    this.violations = violations;
  }

  /** Entries that tell of signatures. */
  long entries() {
    return entries;
  }

  /** Those that tell of one which another entry tells of, too: it was asked for again. */
  long repeated() {
    return entries - signatures.size();
  }

  /** Signatures by later versions of keys that nobody was ever handed out. */
  int unused() {
    return unused;
  }

  /**
   * @param digests of everything that was pushed
   */
  void read(BlobStore keys, Set<String> digests) {
    StoreAudit.forEach(
        keys,
        CHAINS,
        entry -> {
          byte[] sealed = keys.get(entry.key()).orElseThrow().content();
          int end = 0;
          while (end < sealed.length && sealed[end] != '\n') {
            end++;
          }
          JsonNode record = Json.read(Arrays.copyOf(sealed, end), JsonNode.class);
          for (JsonNode each : record.path("entries")) {
            if (each.path("event").asText().equals("signed")) {
              signed(record.path("chain").asText(), each, digests);
            }
          }
        });
  }

  private void signed(String chain, JsonNode entry, Set<String> digests) {
    entries++;
    String signature = entry.path("signature").asText();
    signatures.add(signature);
    int version = entry.path("keyVersion").asInt();
    newest = Math.max(newest, version);
    distinct
        .computeIfAbsent(by(entry.path("purl").asText(), version), w -> new HashSet<>())
        .add(signature);
    if (!digests.contains(entry.path("digest").asText())) {
      violations.add(Kind.ORPHAN, chain + " tells of a signature of what nobody pushed: " + entry);
    }
  }

  /**
   * Judges what is handed out of a package. Nothing has a reason to sign anew what the first
   * version of a key signed: it did so once in each form, however often it was asked. Around a
   * rotation two signers may sign at a time, or one may prepare for the version before; of what
   * they make one is handed out.
   *
   * @param forms signatures that one version of a key makes of it
   * @param served SHA-256 of all its signatures
   */
  void judge(String what, String purl, int forms, Set<String> served) {
    for (String signature : served) {
      if (!signatures.contains(signature)) {
        violations.add(Kind.UNAUDITED, "the signature " + signature + " of " + what);
      }
    }
    for (int version = 1; version <= newest; version++) {
      int made = distinctOf(by(purl, version));
      int unusedOfIt = Math.max(0, made - forms);
      if (version == 1 && unusedOfIt > 0) {
        violations.add(
            Kind.TWICE,
            what
                + " was signed "
                + made
                + " times by the first version of the key, in "
                + forms
                + " forms");
      }
      unused += unusedOfIt;
    }
  }

  private static String by(String purl, int version) {
    return purl + " by version " + version;
  }

  private int distinctOf(String what) {
    return distinct.getOrDefault(what, Set.of()).size();
  }

  /** Every chain from its first record to its last, and every signature made again. */
  void verify(Path home) throws IOException, InterruptedException {
    Path settings = site.data().resolve("config/key-service.properties");
    Path log = site.data().resolve("logs/verify-audit.log");
    Process command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dsmallrye.config.locations=" + settings.toUri(),
                "-jar",
                home.resolve("key-service/target/quarkus-app/quarkus-run.jar").toString(),
                "verify-audit",
                "--recompute")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!command.waitFor(VERIFY_MINUTES, TimeUnit.MINUTES)) {
      command.destroyForcibly();
      violations.add(Kind.UNAUDITED, "verify-audit takes longer than " + VERIFY_MINUTES + " min");
    } else if (command.exitValue() != 0) {
      List<String> lines = Files.readAllLines(log);
      lines.stream()
          .filter(line -> line.startsWith("BROKEN"))
          .forEach(line -> violations.add(Kind.UNAUDITED, line));
      violations.add(
          Kind.UNAUDITED, "verify-audit ends with " + command.exitValue() + ", see " + log);
    }
  }
}
