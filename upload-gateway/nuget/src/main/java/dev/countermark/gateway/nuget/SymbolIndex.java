package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.SymbolsRecords.PdbFile;
import dev.countermark.format.nuget.SymbolsRecords.SymbolsRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which versions have a PDB, by its id. Each says so by an object of its own, which is a hint: the
 * version's {@link SymbolsRecord} says what it has.
 */
final class SymbolIndex {
  private final BlobStore store;
  private final Records records;

  SymbolIndex(BlobStore store) {
    this.store = store;
    this.records = new Records(store);
  }

  /** Makes PDB files findable, before the record says that they are there. */
  void add(RepositoryName repository, Identity identity, List<PdbFile> pdbs) {
    pdbs.stream()
        .map(pdb -> NugetKeys.pdb(repository, pdb.guid(), identity))
        .distinct()
        .forEach(key -> records.create(key, Map.of()));
  }

  /**
   * Forgets PDB files, unless the version's symbols have them all the same. What stays after a
   * crash leads to nothing; the sweeper finds it.
   */
  void remove(RepositoryName repository, Identity identity, List<PdbFile> pdbs) {
    if (pdbs.isEmpty()) {
      return;
    }
    List<String> kept =
        records.read(NugetKeys.symbols(repository, identity), SymbolsRecord.class).stream()
            .flatMap(s -> s.pdbs().stream())
            .map(PdbFile::guid)
            .toList();
    pdbs.stream()
        .map(PdbFile::guid)
        .distinct()
        .filter(guid -> !kept.contains(guid))
        .forEach(guid -> store.delete(NugetKeys.pdb(repository, guid, identity)));
  }

  /** Deletes the symbols of a version. */
  void delete(RepositoryName repository, Identity identity) {
    String key = NugetKeys.symbols(repository, identity);
    List<PdbFile> pdbs = new ArrayList<>();
    records.update(
        key,
        SymbolsRecord.class,
        now -> {
          pdbs.clear();
          now.ifPresent(symbols -> pdbs.addAll(symbols.pdbs()));
          return Optional.empty();
        });
    remove(repository, identity, pdbs);
  }
}
