package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.archive.Preflight;
import dev.countermark.format.nuget.metadata.InvalidNuspecException;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.format.nuget.symbols.MalformedPdbException;
import dev.countermark.format.nuget.symbols.PortablePdb;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * Examines a pushed file. Two parsers read it, ours and the JDK's, and must see the same entries;
 * every entry is inflated once, to nowhere, so that what it says of itself is known to be true.
 *
 * @see "nuget reference, section 7"
 */
public final class PackageInspector {
  private static final int MAX_NUSPEC = 1 << 20;
  private static final int MAX_EMBEDDED = 1 << 20;

  /** Each is stored and found by itself. */
  private static final int MAX_PDBS = 1_000;

  /** Warnings. */
  private static final int MAX_TOLD = 5;

  private static final long MAX_PDB_BYTES = 1L << 30;

  /** What the client does not look at in the path of an embedded file. */
  private static final Pattern PATH_BEGIN = Pattern.compile("^(?:\\./)?/*");

  private static final Set<String> IN_SYMBOLS =
      Set.of(".pdb", ".nuspec", ".xml", ".psmdcp", ".rels", ".p7s");

  private final IngestLimits limits;
  private final LongConsumer memory;

  public PackageInspector(IngestLimits limits) {
    this(limits, bytes -> {});
  }

  /**
   * @param memory told of the bytes of a central directory before it is read; may refuse by
   *     throwing
   */
  public PackageInspector(IngestLimits limits, LongConsumer memory) {
    this.limits = limits;
    this.memory = memory;
  }

  /**
   * Examines a package that clients shall be able to install.
   *
   * @param file must stay open while the result is in use
   * @throws RefusedPackageException naming the first objection
   */
  public InspectedPackage inspect(Path path, FileChannel file, Instant now)
      throws RefusedPackageException, IOException {
    return inspect(path, file, now, Strictness.CLIENT);
  }

  /**
   * Examines a package.
   *
   * @param file must stay open while the result is in use
   * @param now galleries take no entry that is dated later than a day after
   * @param strictness by whose rules it may be refused
   * @throws RefusedPackageException naming the first objection
   */
  public InspectedPackage inspect(Path path, FileChannel file, Instant now, Strictness strictness)
      throws RefusedPackageException, IOException {
    Contents contents = new Contents(strictness, false);
    contents.read(path, file, now);
    Nuspec nuspec = contents.nuspec;
    if (nuspec.isSymbolsPackage()) {
      throw new RefusedPackageException(
          "This is a symbols package: push it as .snupkg beside its package.");
    }
    return new InspectedPackage(
        contents.archive,
        nuspec,
        contents.nuspecBytes,
        contents.embedded("icon", nuspec.icon(), List.of(".png", ".jpg", ".jpeg")),
        contents.embedded("readme", nuspec.readme(), List.of(".md")),
        contents.embedded(
            "license",
            nuspec.license().filter(Nuspec.License::file).map(l -> l.value().replace('\\', '/')),
            List.of(".txt", ".md", "")));
  }

  /**
   * Examines a symbols package.
   *
   * @param now galleries take no entry that is dated later than a day after
   * @param strictness by whose rules it may be refused
   * @throws RefusedPackageException naming the first objection
   */
  public InspectedSymbols inspectSymbols(
      Path path, FileChannel file, Instant now, Strictness strictness)
      throws RefusedPackageException, IOException {
    Contents contents = new Contents(strictness, true);
    contents.read(path, file, now);
    if (!contents.nuspec.isSymbolsPackage()) {
      throw new RefusedPackageException("The package is not of type SymbolsPackage.");
    }
    return new InspectedSymbols(contents.nuspec, contents.pdbs, contents.flawed);
  }

  /** By name, all of them with sound names and headers. */
  private Map<String, ArchiveEntry> entries(
      PackageArchive archive, HeaderRules headers, Set<String> onlyExtensions)
      throws RefusedPackageException, MalformedArchiveException, IOException {
    Map<String, ArchiveEntry> entries = new HashMap<>();
    EntryNames names = new EntryNames();
    long total = 0;
    for (ArchiveEntry entry : archive.entries()) {
      String name = names.check(entry.name());
      headers.check(name, entry);
      checkExtension(name, onlyExtensions);
      total += entry.uncompressedSize();
      if (total > limits.totalBytes()) {
        throw new RefusedPackageException(
            "The package unfolds to too many bytes: more than " + limits.totalBytes() + ".");
      }
      entries.put(name, entry);
    }
    if (limits.isTooFar(total, archive.size())) {
      throw new RefusedPackageException(
          "The package unfolds too far: to more than " + limits.ratio() + " times its size.");
    }
    names.checkAll();
    return entries;
  }

  private static boolean same(ZipEntry theirs, ArchiveEntry ours) {
    return theirs.getSize() == ours.uncompressedSize()
        && theirs.getCompressedSize() == ours.compressedSize()
        && theirs.getCrc() == ours.crc32()
        && theirs.getMethod() == ours.method();
  }

  private static void checkExtension(String name, Set<String> only) throws RefusedPackageException {
    if (!only.isEmpty() && !name.endsWith("/") && !only.contains(extension(name))) {
      throw new RefusedPackageException(
          "A symbols package has no such file: " + EntryNames.shown(name));
    }
  }

  private static String extension(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return dot < 0 ? "" : file.substring(dot).toLowerCase(Locale.ROOT);
  }

  private static String sentence(String message) {
    return Character.toUpperCase(message.charAt(0)) + message.substring(1) + ".";
  }

  /** What was found while all entries were inflated. */
  private final class Contents {
    private final Strictness strictness;
    private final boolean symbols;
    private final Map<String, Long> sizes = new HashMap<>();
    private final List<InspectedSymbols.Pdb> pdbs = new ArrayList<>();
    private final List<String> flawed = new ArrayList<>();
    private PackageArchive archive;
    private long pdbBytes;
    private byte[] nuspecBytes;
    private Nuspec nuspec;

    Contents(Strictness strictness, boolean symbols) {
      this.strictness = strictness;
      this.symbols = symbols;
    }

    void read(Path path, FileChannel file, Instant now)
        throws RefusedPackageException, IOException {
      Map<String, ArchiveEntry> entries;
      try {
        archive = PackageArchive.read(ByteSource.drawing(ByteSource.of(file), memory));
        Preflight.check(archive);
        boolean only = symbols && strictness == Strictness.GALLERY;
        entries =
            entries(
                archive, new HeaderRules(archive, strictness, now), only ? IN_SYMBOLS : Set.of());
      } catch (MalformedArchiveException e) {
        throw new RefusedPackageException(sentence(e.getMessage()), e);
      }
      try (ZipFile zip = new ZipFile(path.toFile())) {
        Set<String> seen = new HashSet<>();
        for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
          ZipEntry entry = all.nextElement();
          ArchiveEntry ours = entries.get(entry.getName());
          if (ours == null || !seen.add(entry.getName()) || !same(entry, ours)) {
            throw new RefusedPackageException(
                "Two ZIP readers disagree about an entry: " + EntryNames.shown(entry.getName()));
          }
          take(zip, entry);
        }
        if (seen.size() != archive.entries().size()) {
          throw new RefusedPackageException("Two ZIP readers disagree about the entries.");
        }
      } catch (ZipException | IllegalArgumentException e) {
        throw new RefusedPackageException("The package is not a sound ZIP archive.", e);
      }
      parse();
    }

    private void take(ZipFile zip, ZipEntry entry) throws RefusedPackageException, IOException {
      String name = entry.getName();
      if (isNuspec(name)) {
        if (nuspecBytes != null) {
          throw new RefusedPackageException("The package has several nuspec files.");
        }
        if (entry.getSize() > MAX_NUSPEC) {
          throw new RefusedPackageException("The nuspec has more than 1 MiB.");
        }
        ByteArrayOutputStream kept = new ByteArrayOutputStream((int) entry.getSize());
        sizes.put(name, inflate(zip, entry, kept::write));
        nuspecBytes = kept.toByteArray();
      } else if (symbols && extension(name).equals(".pdb")) {
        takePdb(zip, entry);
      } else {
        sizes.put(name, inflate(zip, entry, (bytes, from, length) -> {}));
      }
    }

    private void takePdb(ZipFile zip, ZipEntry entry) throws RefusedPackageException, IOException {
      String name = entry.getName();
      PortablePdb.Scan scan = new PortablePdb.Scan(entry.getSize());
      inflate(zip, entry, scan::update);
      try {
        String decoded = EntryNames.decoded(name).replace('\\', '/');
        pdbs.add(
            new InspectedSymbols.Pdb(
                name, decoded.substring(decoded.lastIndexOf('/') + 1), scan.finish()));
      } catch (MalformedPdbException e) {
        String flaw = e.getMessage() + ": " + EntryNames.shown(name);
        if (e.isOfOtherKind() || strictness == Strictness.GALLERY) {
          throw new RefusedPackageException("Symbols must be portable PDB files: " + flaw, e);
        }
        if (flawed.size() < MAX_TOLD) {
          flawed.add("A PDB file is not found by debuggers: " + flaw);
        }
      }
      if (pdbs.size() > MAX_PDBS) {
        throw new RefusedPackageException(
            "The symbols package has more than " + MAX_PDBS + " PDB files.");
      }
      pdbBytes += entry.getSize();
      if (pdbBytes > MAX_PDB_BYTES) {
        throw new RefusedPackageException(
            "The PDB files of the symbols package have more than 1 GiB in all.");
      }
    }

    /** Decoded as in the client, which on some systems takes no backslash for a separator. */
    private boolean isNuspec(String name) throws RefusedPackageException {
      String decoded = EntryNames.decoded(name);
      boolean found =
          decoded.indexOf('/') < 0 && decoded.toLowerCase(Locale.ROOT).endsWith(".nuspec");
      if (found && (decoded.indexOf('\\') >= 0 || !decoded.equals(name))) {
        throw new RefusedPackageException(
            "The name of a nuspec file is ambiguous: " + EntryNames.shown(name));
      }
      return found;
    }

    /** Reads all of an entry. */
    private long inflate(ZipFile zip, ZipEntry entry, Sink sink)
        throws RefusedPackageException, IOException {
      String shown = EntryNames.shown(entry.getName());
      if (entry.getSize() > limits.entryBytes()) {
        throw new RefusedPackageException(
            "An entry unfolds to too many bytes, more than " + limits.entryBytes() + ": " + shown);
      }
      if (limits.isTooFar(entry.getSize(), entry.getCompressedSize())) {
        throw new RefusedPackageException(
            "An entry unfolds too far, to more than " + limits.ratio() + " times: " + shown);
      }
      CRC32 crc = new CRC32();
      long size = 0;
      byte[] buffer = new byte[32 << 10];
      try (InputStream in = zip.getInputStream(entry)) {
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          crc.update(buffer, 0, n);
          size += n;
          if (size > entry.getSize()) {
            break;
          }
          sink.take(buffer, 0, n);
        }
      } catch (EOFException e) {
        throw new RefusedPackageException("An entry is cut off: " + shown, e);
      }
      if (size != entry.getSize() || crc.getValue() != entry.getCrc()) {
        throw new RefusedPackageException("An entry is not what its header says: " + shown);
      }
      return size;
    }

    void parse() throws RefusedPackageException {
      if (nuspecBytes == null) {
        throw new RefusedPackageException("The package has no nuspec file in its root.");
      }
      try {
        nuspec = Nuspec.parse(nuspecBytes, strictness);
      } catch (InvalidNuspecException e) {
        throw new RefusedPackageException(e.getMessage(), e);
      }
    }

    /**
     * The entry of an embedded file, found as the client finds it. What is not there, or is nothing
     * that we hand out, is in nobody's way but a gallery's.
     */
    Optional<String> embedded(String what, Optional<String> path, List<String> extensions)
        throws RefusedPackageException {
      if (path.isEmpty()) {
        return Optional.empty();
      }
      String wanted = path.get();
      String place = EntryNames.canonical(PATH_BEGIN.matcher(wanted).replaceFirst(""));
      Optional<String> name =
          sizes.keySet().stream().filter(n -> EntryNames.canonical(n).equals(place)).findFirst();
      Optional<String> objection =
          name.map(found -> objection(found, extensions))
              .orElse(Optional.of("is not in the package"));
      if (objection.isPresent() && strictness == Strictness.GALLERY) {
        throw new RefusedPackageException(
            "The " + what + " " + objection.get() + ": " + EntryNames.shown(wanted));
      }
      return objection.isPresent() ? Optional.empty() : name;
    }

    private Optional<String> objection(String name, List<String> extensions) {
      if (!extensions.contains(extension(name))) {
        return Optional.of("is of a kind that is not taken");
      }
      return sizes.get(name) > MAX_EMBEDDED ? Optional.of("has more than 1 MiB") : Optional.empty();
    }
  }

  /** Where the bytes of an entry go. */
  private interface Sink {
    void take(byte[] bytes, int from, int length) throws IOException;
  }
}
