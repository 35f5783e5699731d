package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.nuget.symbols.PortablePdb;
import java.util.List;

/**
 * A symbols package that may be taken.
 *
 * @param flawed why PDB files in it cannot be found by anybody
 */
public record InspectedSymbols(Nuspec nuspec, List<Pdb> pdbs, List<String> flawed) {
  public InspectedSymbols {
    pdbs = List.copyOf(pdbs);
    flawed = List.copyOf(flawed);
  }

  /**
   * A portable PDB in it.
   *
   * @param entry name of its entry
   * @param file its name without folders, as debuggers know it
   */
  public record Pdb(String entry, String file, PortablePdb pdb) {}
}
