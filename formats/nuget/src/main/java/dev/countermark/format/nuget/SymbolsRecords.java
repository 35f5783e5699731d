package dev.countermark.format.nuget;

import dev.countermark.contracts.Checksummed;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetRecords.Identity;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The records of symbols packages, which change like those of {@link NugetRecords}. */
public final class SymbolsRecords {
  private SymbolsRecords() {}

  /**
   * A PDB of a symbols package, as it is handed out.
   *
   * @param file its name, lower case
   * @param guid of its id, 32 lower-case hexadecimal digits
   * @param checksum SHA-256 of the file with zeros in place of its id, lower-case hexadecimal
   */
  public record PdbFile(String file, String guid, String checksum, Upload upload) {}

  /**
   * The symbols package of one version; clients never verify it, so it is not signed.
   *
   * @param pdbs that are in it; none in records of earlier releases
   */
  public record SymbolsRecord(
      long generation,
      RepositoryName repository,
      Identity identity,
      Upload upload,
      Instant pushedAt,
      List<PdbFile> pdbs)
      implements Checksummed {
    public SymbolsRecord {
      pdbs = pdbs == null ? List.of() : List.copyOf(pdbs);
    }

    /** In place of what was there. */
    public SymbolsRecord following(long before) {
      return new SymbolsRecord(before + 1, repository, identity, upload, pushedAt, pdbs);
    }

    /** All content. */
    public Stream<Part> parts() {
      return Stream.concat(
          upload.parts().stream(), pdbs.stream().flatMap(pdb -> pdb.upload().parts().stream()));
    }
  }
}
