package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.BlobStore.ObjectInfo;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SymbolsRecords.SymbolsRecord;
import dev.countermark.gateway.kit.Marks;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.stream.Stream;

/** Symbols have records of their own, and belong to a version. */
final class NugetMarks implements Marks {
  private static final String SYMBOLS = "symbols";

  @Override
  public Stream<Part> parts(String key, Records records) {
    return symbols(key).isPresent()
        ? records.read(key, SymbolsRecord.class).stream().flatMap(SymbolsRecord::parts)
        : Stream.empty();
  }

  private static Optional<Matcher> symbols(String key) {
    return Optional.of(NugetKeys.RECORD.matcher(key))
        .filter(m -> m.matches() && m.group(2).equals(SYMBOLS));
  }

  /** A push that dies while its package is deleted leaves symbols that belong to nothing. */
  @Override
  public boolean sweepOrphan(BlobStore.Entry entry, BlobStore store, Records records) {
    Optional<Matcher> pdb =
        Optional.of(NugetKeys.PDB.matcher(entry.key())).filter(Matcher::matches);
    if (pdb.isPresent()) {
      return sweepPdb(pdb.get(), entry, store, records);
    }
    Optional<Matcher> key = symbols(entry.key());
    if (key.isEmpty()) {
      return false;
    }
    // In this order: symbols that replace these later belong to a package that came later, too.
    Optional<ObjectInfo> symbols = store.head(entry.key());
    Optional<String> version =
        RepositoryName.parse(key.get().group(1))
            .flatMap(
                repository ->
                    Identity.find(key.get().group(3), key.get().group(4))
                        .map(identity -> NugetKeys.version(repository, identity)));
    return symbols.isPresent()
        && version.isPresent()
        && records
            .read(version.get(), VersionRecord.class)
            .filter(v -> v.state() != State.DELETED)
            .isEmpty()
        && store.delete(entry.key(), symbols.get().version());
  }

  /** Whoever takes symbols writes these first: they are older than the symbols that they are of. */
  private static boolean sweepPdb(
      Matcher key, BlobStore.Entry entry, BlobStore store, Records records) {
    Optional<ObjectInfo> pdb = store.head(entry.key());
    Optional<String> symbols =
        RepositoryName.parse(key.group(1))
            .flatMap(
                repository ->
                    Identity.find(key.group(3), key.group(4))
                        .map(identity -> NugetKeys.symbols(repository, identity)));
    return pdb.isPresent()
        && symbols.isPresent()
        && records.read(symbols.get(), SymbolsRecord.class).stream()
            .flatMap(s -> s.pdbs().stream())
            .noneMatch(p -> p.guid().equals(key.group(2)))
        && store.delete(entry.key(), pdb.get().version());
  }
}
