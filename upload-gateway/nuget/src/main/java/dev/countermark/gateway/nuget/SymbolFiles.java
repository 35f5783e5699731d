package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SymbolsRecords.PdbFile;
import dev.countermark.format.nuget.SymbolsRecords.SymbolsRecord;
import dev.countermark.gateway.content.EntityTag;
import dev.countermark.gateway.content.FileAnswers;
import dev.countermark.gateway.integrity.DamagedException;
import dev.countermark.gateway.integrity.Integrity;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The PDB files of symbols packages, as debuggers ask for them: by name and id, whatever package
 * they are of. They are seen when their package is.
 *
 * @see "Simple Symbol Query Protocol; SSQP key conventions, Portable-Pdb-Signature"
 */
final class SymbolFiles {
  private static final String CHECKSUM = "SymbolChecksum";

  /** The age that portable PDBs are asked for with: they have none. */
  private static final Pattern KEY = Pattern.compile("([0-9a-f]{32})ffffffff");

  /** Any one will do, and that so many of one PDB cannot be seen is no case. */
  private static final int MOST_VERSIONS = 64;

  private final BlobStore store;
  private final Integrity integrity;

  SymbolFiles(BlobStore store, Integrity integrity) {
    this.store = store;
    this.integrity = integrity;
  }

  /** A PDB and the record that has it. */
  private record Found(String holder, PdbFile pdb) {}

  /** Hands out a PDB. */
  Response answer(FeedRequest request) {
    Found found = find(request);
    PdbFile pdb = found.pdb();
    if (!request.head() && !new EntityTag(pdb.upload().sha256()).isHeldBy(request.headers())) {
      integrity.require(found.holder(), pdb.upload().parts(), request.header("Range").isPresent());
    }
    return FileAnswers.answer(
            request.headers(),
            request.head(),
            pdb.upload().size(),
            pdb.upload().sha256(),
            (first, length) -> new PartsInputStream(store, pdb.upload().parts(), first, length))
        .type(MediaType.APPLICATION_OCTET_STREAM)
        .build();
  }

  private Found find(FeedRequest request) {
    Matcher key = KEY.matcher(request.route().version());
    List<String> checksums = checksums(request);
    DamagedException damage = null;
    if (key.matches()) {
      for (Identity identity : versions(request.name(), key.group(1))) {
        try {
          Optional<Found> found =
              visible(request.name(), identity)
                  .filter(f -> f.pdb().guid().equals(key.group(1)))
                  .filter(f -> f.pdb().file().equals(request.route().detail()))
                  .filter(f -> checksums.isEmpty() || checksums.contains(f.pdb().checksum()))
                  .findFirst();
          if (found.isPresent()) {
            return found.get();
          }
        } catch (DamagedException e) {
          damage = e; // perhaps another version has it, too
        }
      }
    }
    if (damage != null) {
      throw damage;
    }
    throw FeedDialect.notFound("The feed has no such symbols.");
  }

  /** Those that the client would take: its assembly says so. None when it does not say any. */
  private static List<String> checksums(FeedRequest request) {
    List<String> checksums = new ArrayList<>();
    for (String each : request.header(CHECKSUM).orElse("").split("[;,]")) {
      String[] parts = each.strip().toLowerCase(Locale.ROOT).split("\\s*:\\s*", 2);
      // The other algorithms are the client's to compare.
      if (parts.length == 2 && (parts[0].equals("sha256") || parts[0].equals("sha-256"))) {
        checksums.add(parts[1]);
      }
    }
    return checksums;
  }

  private List<Identity> versions(RepositoryName repository, String guid) {
    return store.list(NugetKeys.pdbs(repository, guid), "", MOST_VERSIONS).entries().stream()
        .map(entry -> NugetKeys.PDB.matcher(entry.key()))
        .filter(Matcher::matches)
        .flatMap(key -> Identity.find(key.group(3), key.group(4)).stream())
        .toList();
  }

  private Stream<Found> visible(RepositoryName repository, Identity identity) {
    boolean visible =
        integrity
            .read(NugetKeys.version(repository, identity), VersionRecord.class)
            .filter(v -> v.state() == State.AVAILABLE)
            .isPresent();
    String holder = NugetKeys.symbols(repository, identity);
    return visible
        ? integrity.read(holder, SymbolsRecord.class).stream()
            .flatMap(s -> s.pdbs().stream())
            .map(pdb -> new Found(holder, pdb))
        : Stream.empty();
  }
}
