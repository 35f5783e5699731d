package dev.countermark.format.swift.archive;

import dev.countermark.format.swift.archive.InvalidArchiveException.Rule;
import dev.countermark.format.swift.identity.ToolsVersion;
import dev.countermark.format.swift.manifest.InvalidManifestException;
import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.Manifest;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.EntryHeaders;
import dev.countermark.format.zip.LocalHeader;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.format.zip.Range;
import dev.countermark.format.zip.Splice;
import dev.countermark.format.zip.Zip64Exception;
import dev.countermark.format.zip.ZipArchive;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A source archive that every client unpacks alike, below one folder, with manifests that can be
 * served signed. Keeps the central directory and the manifests in memory, nothing else.
 *
 * <pre>{@code
 * SourceArchive archive = SourceArchive.read(source, ArchiveLimits.defaults());
 * Map<String, byte[]> signed = ...; // each of archive.manifests(), by file name, with its line
 * Splice embedded = archive.withManifests(signed);
 * ByteSource bytes = embedded.over(source); // to hash, to sign, to read again
 * }</pre>
 *
 * @see "swift reference, sections 2 and 6"
 */
public final class SourceArchive {
  private static final int LONGEST_LINK = 1_024;
  private static final int MOST_LINKS = 4_096;

  /** Names of 250 bytes for as many entries as are ever taken. */
  private static final int MAX_DIRECTORY = 16 << 20;

  /** Manifests are kept in memory: so many, and so many times the largest. */
  private static final int MOST_MANIFESTS = 32;

  private static final int MOST_MANIFEST_BYTES = 4;

  /** Room for signed manifests below the 4 GiB where Zip64 begins. */
  private static final long MAX_SIZE = 0xFFFFFFFFL - (64 << 20);

  /** What signature lines may add to a manifest, bytes. */
  private static final int SIGNATURE_ROOM = 64 << 10;

  private static final int UNICODE_PATH_EXTRA = 0x7075;
  private static final int HOST_FAT = 0;

  private static final int TYPE_MASK = 0xF000;
  private static final int TYPE_FOLDER = 0x4000;
  private static final int TYPE_FILE = 0x8000;
  private static final int TYPE_LINK = 0xA000;
  private static final int EXECUTE = 0111;

  private final ZipArchive zip;
  private final String root;
  private final List<Manifest> manifests;
  private final Map<String, ArchiveEntry> manifestEntries;
  private final List<String> warnings;

  private SourceArchive(
      ZipArchive zip,
      String root,
      List<Manifest> manifests,
      Map<String, ArchiveEntry> manifestEntries,
      List<String> warnings) {
    this.zip = zip;
    this.root = root;
    this.manifests = List.copyOf(manifests);
    this.manifestEntries = Map.copyOf(manifestEntries);
    this.warnings = List.copyOf(warnings);
  }

  /**
   * Examines an archive from a stranger: its structure, names, links and manifests, and every entry
   * inflated once, to nowhere.
   *
   * @param source must stay readable while the result is in use
   * @throws InvalidArchiveException naming the first objection
   * @throws IOException when the source cannot be read, never because of what it holds
   */
  public static SourceArchive read(ByteSource source, ArchiveLimits limits)
      throws InvalidArchiveException, IOException {
    return read(source, limits, true);
  }

  /**
   * Opens an archive that {@link #read} accepted before: its manifests are inflated, other entries
   * are not even looked up. For whoever has to fetch each byte from afar.
   *
   * @throws InvalidArchiveException when the bytes are not those that were accepted, as far as that
   *     is seen
   */
  public static SourceArchive readAccepted(ByteSource source, ArchiveLimits limits)
      throws InvalidArchiveException, IOException {
    return read(source, limits, false);
  }

  private static SourceArchive read(ByteSource source, ArchiveLimits limits, boolean all)
      throws InvalidArchiveException, IOException {
    try {
      ZipArchive zip = ZipArchive.read(source, MAX_DIRECTORY);
      zip.checkZip64();
      zip.checkEnd();
      if (all) {
        zip.checkLocalHeaders();
      }
      try (Reading reading = new Reading(zip, limits, all)) {
        return reading.read();
      }
    } catch (Zip64Exception e) {
      throw new InvalidArchiveException(Rule.UNSUPPORTED, sentence(e.getMessage()), e);
    } catch (MalformedArchiveException e) {
      throw new InvalidArchiveException(Rule.STRUCTURE, sentence(e.getMessage()), e);
    }
  }

  private static String sentence(String message) {
    String text = message.replace("the package", "the archive");
    return Character.toUpperCase(text.charAt(0)) + text.substring(1) + ".";
  }

  /** Name of the only top-level folder. */
  public String root() {
    return root;
  }

  /** {@code Package.swift} first, the others by file name. */
  public List<Manifest> manifests() {
    return manifests;
  }

  /** {@code Package.swift}. */
  public Manifest mainManifest() {
    return manifests.get(0);
  }

  /** What will not work for everybody, one sentence each; none is a reason to refuse. */
  public List<String> warnings() {
    return warnings;
  }

  /** Length of the archive, bytes. */
  public long size() {
    return zip.size();
  }

  /** The archive as it is, for whoever takes either ({@code overlay}). */
  public Splice untouched() {
    return new Splice(List.of(new Splice.Copied(new Range(0, zip.size()))));
  }

  /**
   * The archive with other root manifests ({@code embed}). All other entries stay byte for byte
   * what they are; a replaced one is stored, and keeps its place, name, mode, times and extra
   * fields. Equal inputs give equal bytes.
   *
   * @param replacements by file name; a manifest that is not in it, or has the same bytes, stays
   * @throws IllegalArgumentException when there is no such manifest, or it is too large
   */
  public Splice withManifests(Map<String, byte[]> replacements) throws IOException {
    Rewriting rewriting = new Rewriting(zip);
    for (Map.Entry<String, byte[]> each : replacements.entrySet()) {
      ArchiveEntry entry = manifestEntries.get(each.getKey());
      if (entry == null) {
        throw new IllegalArgumentException("no manifest " + each.getKey());
      }
      if (!Arrays.equals(bytes(each.getKey()), each.getValue())) {
        rewriting.replace(entry, each.getValue());
      }
    }
    return rewriting.splice();
  }

  private byte[] bytes(String file) {
    return manifests.stream().filter(m -> m.file().equals(file)).findFirst().orElseThrow().bytes();
  }

  /** One pass over the central directory. */
  private static final class Reading implements AutoCloseable {
    private final ZipArchive zip;
    private final ArchiveLimits limits;
    private final boolean all;
    private final EntryContent content;
    private final EntryTree tree = new EntryTree();
    private final Map<String, ArchiveEntry> manifestEntries = new HashMap<>();
    private final List<Manifest> manifests = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();
    private String root;
    private boolean foldersClosed;
    private int links;
    private long manifestBytes;

    Reading(ZipArchive zip, ArchiveLimits limits, boolean all) {
      this.zip = zip;
      this.limits = limits;
      this.all = all;
      this.content = new EntryContent(zip.source());
    }

    SourceArchive read() throws InvalidArchiveException, MalformedArchiveException, IOException {
      checkSizes();
      for (ArchiveEntry entry : zip.entries()) {
        take(entry);
      }
      tree.check();
      if (manifests.stream().noneMatch(m -> m.file().equals(Manifest.MAIN))) {
        throw new InvalidArchiveException(
            Rule.MANIFEST,
            "There is no "
                + Manifest.MAIN
                + " directly in the folder "
                + EntryPath.shown(root)
                + ".");
      }
      manifests.sort(
          Comparator.comparing((Manifest m) -> !m.file().equals(Manifest.MAIN))
              .thenComparing(Manifest::file));
      warn();
      return new SourceArchive(zip, root, manifests, manifestEntries, warnings);
    }

    private void checkSizes() throws InvalidArchiveException {
      if (zip.size() > MAX_SIZE) {
        throw tooLarge("The archive has almost 4 GiB or more.");
      }
      if (zip.entries().size() > limits.entries()) {
        throw tooLarge("The archive has more than " + limits.entries() + " entries.");
      }
      long total = 0;
      for (ArchiveEntry entry : zip.entries()) {
        total += entry.uncompressedSize();
        if (entry.uncompressedSize() > limits.entryBytes() || total > limits.totalBytes()) {
          throw tooLarge("The archive unfolds to too many bytes.");
        }
        if (limits.isTooFar(entry.uncompressedSize(), entry.compressedSize())) {
          throw tooLarge("An entry unfolds too far: " + EntryPath.shown(entry.nameText()) + ".");
        }
      }
      if (limits.isTooFar(total, zip.size())) {
        throw tooLarge("The archive unfolds too far.");
      }
    }

    private void take(ArchiveEntry entry)
        throws InvalidArchiveException, MalformedArchiveException, IOException {
      EntryPath path = EntryPath.of(entry.name());
      checkRoot(path);
      Optional<String> manifest = path.fileInRoot().filter(Manifest::isManifest);
      int type = type(entry, path);
      boolean link = type == TYPE_LINK;
      if (manifest.isPresent() && link) {
        throw new InvalidArchiveException(
            Rule.MANIFEST, "The manifest " + manifest.get() + " is not a regular file.");
      }
      if (!all && manifest.isEmpty()) {
        return;
      }
      LocalHeader local = local(entry, path);
      if (path.folder()) {
        tree.folder(path);
        takeFolder(entry, path, local);
      } else if (link) {
        if (++links > MOST_LINKS) {
          throw tooLarge("The archive has more than " + MOST_LINKS + " symbolic links.");
        }
        tree.link(path, target(entry, path, local));
        if (path.fileInRoot().isPresent()) {
          warnings.add(
              "The symbolic link "
                  + path.shown()
                  + " lies directly in the package's folder: Swift 6.0 fails to unpack some such.");
        }
      } else {
        tree.file(path);
        if (manifest.isPresent()) {
          takeManifest(manifest.get(), entry, path, local);
        } else {
          content.check(path.shown(), entry, local);
        }
      }
    }

    private void checkRoot(EntryPath path) throws InvalidArchiveException {
      String first = path.segments().get(0);
      if (root == null) {
        root = first;
      }
      if (!root.equals(first)) {
        throw new InvalidArchiveException(
            Rule.ROOT,
            "The archive has more than one top-level entry: "
                + EntryPath.shown(root)
                + " and "
                + EntryPath.shown(first)
                + ". Everything must be in one folder.");
      }
      if (path.segments().size() == 1 && !path.folder()) {
        throw new InvalidArchiveException(
            Rule.ROOT,
            "The archive has a file at its top: "
                + EntryPath.shown(first)
                + ". Everything must be in one folder.");
      }
    }

    /** Whether it is a folder says the name; the mode must not say otherwise. */
    private int type(ArchiveEntry entry, EntryPath path) throws InvalidArchiveException {
      int type = mode(entry) & TYPE_MASK;
      boolean known = type == 0 || type == TYPE_FILE || type == TYPE_FOLDER || type == TYPE_LINK;
      boolean agrees = type == 0 || path.folder() == (type == TYPE_FOLDER);
      if (!known || !agrees) {
        throw new InvalidArchiveException(
            Rule.NAMES,
            "An entry is neither a file, a folder nor a symbolic link: " + path.shown() + ".");
      }
      return type;
    }

    private static int mode(ArchiveEntry entry) {
      return (int) (entry.externalAttributes() >>> 16) & 0xFFFF;
    }

    private LocalHeader local(ArchiveEntry entry, EntryPath path)
        throws InvalidArchiveException, MalformedArchiveException, IOException {
      LocalHeader local = zip.localHeader(entry);
      if (!Arrays.equals(local.name(), entry.name())) {
        throw new InvalidArchiveException(
            Rule.STRUCTURE, "An entry has two names: " + path.shown() + ".");
      }
      Optional<String> objection = EntryHeaders.objection(entry, local);
      if (objection.isPresent()) {
        boolean unsupported =
            objection.get().contains("encrypted") || objection.get().contains("deflated");
        throw new InvalidArchiveException(
            unsupported ? Rule.UNSUPPORTED : Rule.STRUCTURE,
            "An entry " + objection.get() + ": " + path.shown() + ".");
      }
      if (namesOther(entry.extra(), entry.name()) || namesOther(local.extra(), entry.name())) {
        throw new InvalidArchiveException(
            Rule.NAMES, "An entry has another name in Unicode: " + path.shown() + ".");
      }
      return local;
    }

    /** Some readers prefer the name in Info-ZIP's extra field. */
    private static boolean namesOther(byte[] extra, byte[] name) {
      ByteBuffer fields = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
      while (fields.remaining() >= 4) {
        int id = fields.getShort() & 0xFFFF;
        int length = fields.getShort() & 0xFFFF;
        if (length > fields.remaining()) {
          return id == UNICODE_PATH_EXTRA;
        }
        int from = fields.position();
        if (id == UNICODE_PATH_EXTRA
            && (length < 5
                || !Arrays.equals(extra, from + 5, from + length, name, 0, name.length))) {
          return true;
        }
        fields.position(from + length);
      }
      return false;
    }

    private void takeFolder(ArchiveEntry entry, EntryPath path, LocalHeader local)
        throws InvalidArchiveException, IOException {
      if (entry.uncompressedSize() != 0) {
        throw new InvalidArchiveException(
            Rule.NAMES, "A folder has content: " + path.shown() + ".");
      }
      content.check(path.shown(), entry, local);
      boolean fat = entry.versionMadeBy() >> 8 == HOST_FAT;
      boolean closed = mode(entry) != 0 && (mode(entry) & EXECUTE) == 0;
      if (closed && !foldersClosed) {
        foldersClosed = true;
        warnings.add(
            "The folder "
                + path.shown()
                + (fat ? " claims modes that its host does not have and" : "")
                + " has no execute bit: once unpacked, only root may enter it on some systems.");
      }
    }

    private String target(ArchiveEntry entry, EntryPath path, LocalHeader local)
        throws InvalidArchiveException, IOException {
      if (entry.uncompressedSize() > LONGEST_LINK) {
        throw new InvalidArchiveException(
            Rule.LINKS, "A symbolic link has a too long target: " + path.shown() + ".");
      }
      byte[] target = content.bytes(path.shown(), entry, local);
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(target)).toString();
      } catch (CharacterCodingException e) {
        throw new InvalidArchiveException(
            Rule.LINKS, "A symbolic link has a target that is not UTF-8: " + path.shown() + ".", e);
      }
    }

    private void takeManifest(String file, ArchiveEntry entry, EntryPath path, LocalHeader local)
        throws InvalidArchiveException, IOException {
      if (entry.uncompressedSize() > limits.manifestBytes() + SIGNATURE_ROOM) {
        throw tooLong(file);
      }
      manifestBytes += entry.uncompressedSize();
      if (manifests.size() == MOST_MANIFESTS
          || manifestBytes > (long) MOST_MANIFEST_BYTES * limits.manifestBytes()) {
        throw new InvalidArchiveException(
            Rule.MANIFEST, "The archive has too many manifests, or too large ones.");
      }
      byte[] bytes = content.bytes(path.shown(), entry, local);
      if (bytes.length > limits.manifestBytes() && !isSigned(bytes)) {
        throw tooLong(file);
      }
      try {
        manifests.add(Manifest.read(file, bytes));
      } catch (InvalidManifestException e) {
        throw new InvalidArchiveException(Rule.MANIFEST, e.getMessage(), e);
      }
      if (manifestEntries.put(file, entry) != null) {
        throw new InvalidArchiveException(Rule.NAMES, "There are two files " + file + ".");
      }
    }

    private static boolean isSigned(byte[] manifest) {
      try {
        return ManifestSignature.find(manifest).isPresent();
      } catch (MalformedManifestSignatureException e) {
        return false;
      }
    }

    private InvalidArchiveException tooLong(String file) {
      return new InvalidArchiveException(
          Rule.MANIFEST, file + " has more than " + limits.manifestBytes() + " bytes.");
    }

    /** What clients make of version-specific manifests (swift reference, section 1.6). */
    private void warn() {
      Map<ToolsVersion, String> files = new HashMap<>();
      for (Manifest manifest : manifests) {
        String file = manifest.file();
        ToolsVersion declared = manifest.toolsVersion();
        Optional<ToolsVersion> named = Manifest.versionInName(file);
        if (named.isPresent() && !named.get().equals(declared)) {
          warnings.add(
              file + " declares tools version " + declared + ": clients fail to resolve it.");
        } else if (file.indexOf('.') == file.lastIndexOf('.') && named.isPresent()) {
          warnings.add(file + " names no minor version: Swift 6.0 fails to resolve it.");
        }
        String other = files.putIfAbsent(declared, file);
        if (other != null) {
          warnings.add(
              file + " declares the same tools version as " + other + ": clients do not fetch it.");
        }
      }
    }

    private static InvalidArchiveException tooLarge(String message) {
      return new InvalidArchiveException(Rule.TOO_LARGE, message);
    }

    @Override
    public void close() {
      content.close();
    }
  }
}
