package dev.countermark.format.nuget.ingest;

import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.archive.Preflight;
import dev.countermark.format.nuget.metadata.InvalidNuspecException;
import dev.countermark.format.nuget.metadata.Nuspec;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
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
  private static final byte[] PORTABLE_PDB = {'B', 'S', 'J', 'B'};
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
   * Examines a package.
   *
   * @param file must stay open while the result is in use
   * @param now no entry may be dated later than a day after
   * @throws RefusedPackageException naming the first objection
   */
  public InspectedPackage inspect(Path path, FileChannel file, Instant now)
      throws RefusedPackageException, IOException {
    Contents contents = read(path, file, now, Set.of());
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
   * @param now no entry may be dated later than a day after
   * @return its nuspec
   * @throws RefusedPackageException naming the first objection
   */
  public Nuspec inspectSymbols(Path path, FileChannel file, Instant now)
      throws RefusedPackageException, IOException {
    Nuspec nuspec = read(path, file, now, IN_SYMBOLS).nuspec;
    if (!nuspec.isSymbolsPackage()) {
      throw new RefusedPackageException("The package is not of type SymbolsPackage.");
    }
    return nuspec;
  }

  private Contents read(Path path, FileChannel file, Instant now, Set<String> onlyExtensions)
      throws RefusedPackageException, IOException {
    PackageArchive archive;
    Map<String, ArchiveEntry> entries;
    try {
      archive = PackageArchive.read(ByteSource.drawing(ByteSource.of(file), memory));
      Preflight.check(archive);
      entries = entries(archive, now, onlyExtensions);
    } catch (MalformedArchiveException e) {
      throw new RefusedPackageException(sentence(e.getMessage()), e);
    }
    Contents contents = new Contents(archive);
    try (ZipFile zip = new ZipFile(path.toFile())) {
      Set<String> seen = new HashSet<>();
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        ArchiveEntry ours = entries.get(entry.getName());
        if (ours == null || !seen.add(entry.getName()) || !same(entry, ours)) {
          throw new RefusedPackageException(
              "Two ZIP readers disagree about an entry: " + EntryNames.shown(entry.getName()));
        }
        contents.take(zip, entry, onlyExtensions);
      }
      if (seen.size() != archive.entries().size()) {
        throw new RefusedPackageException("Two ZIP readers disagree about the entries.");
      }
    } catch (ZipException | IllegalArgumentException e) {
      throw new RefusedPackageException("The package is not a sound ZIP archive.", e);
    }
    contents.parse();
    return contents;
  }

  /** By name, all of them with sound names and headers. */
  private Map<String, ArchiveEntry> entries(
      PackageArchive archive, Instant now, Set<String> onlyExtensions)
      throws RefusedPackageException, MalformedArchiveException, IOException {
    Map<String, ArchiveEntry> entries = new HashMap<>();
    EntryNames names = new EntryNames();
    HeaderRules headers = new HeaderRules(archive, now);
    long total = 0;
    for (ArchiveEntry entry : archive.entries()) {
      String name = names.check(entry.name());
      headers.check(name, entry);
      checkExtension(name, onlyExtensions);
      total += entry.uncompressedSize();
      if (total > limits.totalBytes()) {
        throw new RefusedPackageException("The package unfolds to too many bytes.");
      }
      entries.put(name, entry);
    }
    if (limits.isTooFar(total, archive.size())) {
      throw new RefusedPackageException("The package unfolds too far.");
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
    private final PackageArchive archive;
    private final Map<String, Long> sizes = new HashMap<>();
    private byte[] nuspecBytes;
    private Nuspec nuspec;

    Contents(PackageArchive archive) {
      this.archive = archive;
    }

    void take(ZipFile zip, ZipEntry entry, Set<String> onlyExtensions)
        throws RefusedPackageException, IOException {
      String name = entry.getName();
      boolean isNuspec = isNuspec(name);
      if (isNuspec && nuspecBytes != null) {
        throw new RefusedPackageException("The package has several nuspec files.");
      }
      if (isNuspec && entry.getSize() > MAX_NUSPEC) {
        throw new RefusedPackageException("The nuspec has more than 1 MiB.");
      }
      byte[] kept = isNuspec ? new byte[(int) entry.getSize()] : new byte[PORTABLE_PDB.length];
      long size = inflate(zip, entry, kept);
      sizes.put(name, size);
      if (isNuspec) {
        nuspecBytes = kept;
      }
      boolean pdb = !onlyExtensions.isEmpty() && extension(name).equals(".pdb");
      if (pdb && !Arrays.equals(kept, PORTABLE_PDB)) {
        throw new RefusedPackageException(
            "Symbols must be portable PDB files: " + EntryNames.shown(name));
      }
    }

    /** Decoded as in the client, which on some systems takes no backslash for a separator. */
    private static boolean isNuspec(String name) throws RefusedPackageException {
      String decoded = EntryNames.decoded(name);
      boolean found =
          decoded.indexOf('/') < 0 && decoded.toLowerCase(Locale.ROOT).endsWith(".nuspec");
      if (found && (decoded.indexOf('\\') >= 0 || !decoded.equals(name))) {
        throw new RefusedPackageException(
            "The name of a nuspec file is ambiguous: " + EntryNames.shown(name));
      }
      return found;
    }

    /** Reads all of an entry; its first bytes go into {@code kept}. */
    private long inflate(ZipFile zip, ZipEntry entry, byte[] kept)
        throws RefusedPackageException, IOException {
      String shown = EntryNames.shown(entry.getName());
      if (entry.getSize() > limits.entryBytes()) {
        throw new RefusedPackageException("An entry unfolds to too many bytes: " + shown);
      }
      if (limits.isTooFar(entry.getSize(), entry.getCompressedSize())) {
        throw new RefusedPackageException("An entry unfolds too far: " + shown);
      }
      CRC32 crc = new CRC32();
      long size = 0;
      byte[] buffer = new byte[32 << 10];
      try (InputStream in = zip.getInputStream(entry)) {
        for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
          if (size < kept.length) {
            System.arraycopy(buffer, 0, kept, (int) size, (int) Math.min(n, kept.length - size));
          }
          crc.update(buffer, 0, n);
          size += n;
          if (size > entry.getSize()) {
            break;
          }
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
        nuspec = Nuspec.parse(nuspecBytes);
      } catch (InvalidNuspecException e) {
        throw new RefusedPackageException(e.getMessage(), e);
      }
    }

    /** The entry of an embedded file, found without regard to case as the client does. */
    Optional<String> embedded(String what, Optional<String> path, List<String> extensions)
        throws RefusedPackageException {
      if (path.isEmpty()) {
        return Optional.empty();
      }
      String wanted = path.get();
      String place = EntryNames.canonical(wanted);
      String name =
          sizes.keySet().stream()
              .filter(n -> EntryNames.canonical(n).equals(place))
              .findFirst()
              .orElseThrow(
                  () ->
                      new RefusedPackageException(
                          "The " + what + " is not in the package: " + EntryNames.shown(wanted)));
      if (!extensions.contains(extension(name))) {
        throw new RefusedPackageException(
            "The " + what + " is of a kind that is not taken: " + EntryNames.shown(wanted));
      }
      if (sizes.get(name) > MAX_EMBEDDED) {
        throw new RefusedPackageException("The " + what + " has more than 1 MiB.");
      }
      return Optional.of(name);
    }
  }
}
