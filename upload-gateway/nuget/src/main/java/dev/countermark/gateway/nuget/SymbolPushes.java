package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SymbolsRecords.PdbFile;
import dev.countermark.format.nuget.SymbolsRecords.SymbolsRecord;
import dev.countermark.format.nuget.ingest.InspectedSymbols;
import dev.countermark.gateway.content.PartReceiver;
import dev.countermark.gateway.content.Spool;
import dev.countermark.gateway.kit.Failed;
import dev.countermark.gateway.kit.Fence;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Takes symbols packages; a later one replaces an earlier. Their PDB files are taken out one by
 * one, over the local disk, because debuggers ask for these.
 *
 * <p>The package may be deleted meanwhile: whoever deletes it deletes the symbols after its record,
 * and this looks at its record after writing the symbols, so that one of them sees the other. When
 * this process dies in between, the sweeper finds symbols without package.
 */
final class SymbolPushes {
  private final Records records;
  private final PartReceiver parts;
  private final Fence fence;
  private final PackageIntake intake;
  private final SymbolIndex index;
  private final Clock clock;

  SymbolPushes(
      BlobStore store, PartReceiver parts, Fence fence, PackageIntake intake, Clock clock) {
    this.records = new Records(store);
    this.parts = parts;
    this.fence = fence;
    this.intake = intake;
    this.index = new SymbolIndex(store);
    this.clock = clock;
  }

  /**
   * @return warnings for whoever pushed
   * @throws Failed when it is refused; then nothing of it is stored
   */
  List<String> push(PackagePushes.Request request) throws IOException {
    try (Spool file = intake.receive(request)) {
      InspectedSymbols found = intake.inspectSymbols(file, request.repository());
      Identity identity = PackagePushes.identity(found.nuspec());
      RepositoryName repository = request.repository().repository();
      if (!isThere(repository, identity)) {
        throw new Failed(404, "Push the package before its symbols.");
      }
      SymbolsRecord symbols = stored(repository, identity, file, found);
      index.add(repository, identity, symbols.pdbs());
      List<PdbFile> replaced = write(symbols);
      fence.require(request.repository(), () -> takeBack(symbols));
      if (!isThere(repository, identity)) {
        takeBack(symbols);
        throw new Failed(404, "The package was deleted while its symbols were pushed.");
      }
      index.remove(repository, identity, replaced);
      return found.flawed();
    }
  }

  private SymbolsRecord stored(
      RepositoryName repository, Identity identity, Spool file, InspectedSymbols found)
      throws IOException {
    Upload upload = new Upload(parts.store(file), file.size(), file.sha256());
    List<PdbFile> pdbs = new ArrayList<>();
    try (ZipFile archive = new ZipFile(file.path().toFile())) {
      for (InspectedSymbols.Pdb pdb : found.pdbs()) {
        ZipEntry entry = archive.getEntry(pdb.entry());
        try (Spool extracted = intake.extract(archive, entry.getName(), entry.getSize())) {
          pdbs.add(
              new PdbFile(
                  pdb.file().toLowerCase(Locale.ROOT),
                  pdb.pdb().guid(),
                  pdb.pdb().checksum(),
                  new Upload(parts.store(extracted), extracted.size(), extracted.sha256())));
        }
      }
    } catch (IOException | RuntimeException e) {
      parts.takeBack(upload.parts());
      pdbs.forEach(pdb -> parts.takeBack(pdb.upload().parts()));
      throw e;
    }
    return new SymbolsRecord(
        1, repository, identity, upload, clock.instant().truncatedTo(ChronoUnit.MILLIS), pdbs);
  }

  /**
   * @return what was there before
   */
  private List<PdbFile> write(SymbolsRecord symbols) {
    List<PdbFile> replaced = new ArrayList<>();
    records.update(
        NugetKeys.symbols(symbols.repository(), symbols.identity()),
        SymbolsRecord.class,
        old -> {
          replaced.clear();
          old.ifPresent(before -> replaced.addAll(before.pdbs()));
          return Optional.of(symbols.following(old.map(SymbolsRecord::generation).orElse(0L)));
        });
    return replaced;
  }

  /** Another push's record is that push's business. */
  private void takeBack(SymbolsRecord symbols) {
    records.update(
        NugetKeys.symbols(symbols.repository(), symbols.identity()),
        SymbolsRecord.class,
        now -> now.filter(s -> !s.upload().equals(symbols.upload())));
    index.remove(symbols.repository(), symbols.identity(), symbols.pdbs());
    List<Part> all = symbols.parts().toList();
    parts.takeBack(all);
  }

  private boolean isThere(RepositoryName repository, Identity identity) {
    return records
        .read(NugetKeys.version(repository, identity), VersionRecord.class)
        .filter(v -> v.state() != State.DELETED && v.state() != State.REFUSED)
        .isPresent();
  }
}
