package dev.countermark.format.nuget;

import dev.countermark.contracts.RepositoryName;
import java.util.UUID;
import java.util.regex.Pattern;

/** Keys of the objects of NuGet packages in the packages bucket. */
public final class NugetKeys {
  /** Everything of all packages of all repositories. */
  public static final String ALL = "nuget/";

  /** Keys of {@link #version} and {@link #symbols}. */
  public static final Pattern RECORD =
      Pattern.compile(ALL + "([^/]+/[^/]+)/(packages|symbols)/([^/]+)/([^/]+)\\.json");

  /** Keys of {@link #pdb}. */
  public static final Pattern PDB =
      Pattern.compile(ALL + "([^/]+/[^/]+)/pdbs/([0-9a-f]{32})/([^/]+)/([^/]+)\\.json");

  private static final Pattern GUID = Pattern.compile("[0-9a-f]{32}");

  static final Pattern VERSION = Pattern.compile(ALL + "[^/]+/[^/]+/packages/[^/]+/[^/]+\\.json");

  private NugetKeys() {}

  /** A {@link NugetRecords.VersionRecord}. */
  public static String version(RepositoryName repository, NugetRecords.Identity identity) {
    return versions(repository, identity.id()) + identity.version() + ".json";
  }

  /**
   * All versions of one package.
   *
   * @param lowerId lower-case id
   * @throws IllegalArgumentException when that is no id: the key would be the prefix of others
   */
  public static String versions(RepositoryName repository, String lowerId) {
    if (!NugetRecords.Identity.isId(lowerId)) {
      throw new IllegalArgumentException("not a lower-case package id");
    }
    return packages(repository) + lowerId + "/";
  }

  /** All versions of all packages of a repository. */
  public static String packages(RepositoryName repository) {
    return repository(repository) + "packages/";
  }

  /** Everything of all packages of a repository. */
  public static String repository(RepositoryName repository) {
    return ALL + repository + "/";
  }

  /** A {@link SymbolsRecords.SymbolsRecord}. */
  public static String symbols(RepositoryName repository, NugetRecords.Identity identity) {
    return repository(repository) + "symbols/" + identity.id() + "/" + identity.version() + ".json";
  }

  /**
   * Says that a version's symbols have a PDB: an empty object, and a hint only. The {@link
   * SymbolsRecords.SymbolsRecord} says what it has.
   *
   * @param guid of the PDB's id
   */
  public static String pdb(RepositoryName repository, String guid, NugetRecords.Identity identity) {
    return pdbs(repository, guid) + identity.id() + "/" + identity.version() + ".json";
  }

  /**
   * Of all versions whose symbols have that PDB.
   *
   * @throws IllegalArgumentException when that is no id of a PDB
   */
  public static String pdbs(RepositoryName repository, String guid) {
    if (!GUID.matcher(guid).matches()) {
      throw new IllegalArgumentException("not the id of a PDB");
    }
    return repository(repository) + "pdbs/" + guid + "/";
  }

  /** Says which snapshot of the repository's search index is the one in force. */
  public static String searchSnapshot(RepositoryName repository) {
    return repository(repository) + "views/search.json";
  }

  /** All pieces of snapshots of the repository's search index. */
  public static String searchPieces(RepositoryName repository) {
    return repository(repository) + "views/search/";
  }

  /**
   * A piece of a snapshot of the repository's search index: immutable.
   *
   * @param snapshot its id
   * @param number from 0 on
   */
  public static String searchPiece(RepositoryName repository, UUID snapshot, int number) {
    return searchPieces(repository) + snapshot + "/" + number;
  }
}
