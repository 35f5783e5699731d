package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PiecedFiles;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.LocalHeader;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Hands out signed packages, put together from the upload and what the signer added. */
final class PackageFiles {
  private static final int MAX_EMBEDDED = 1 << 20;
  private static final int STORED = 0;

  /** Whoever counts memory takes more for what is taken apart: this is handed out as it is. */
  private static final int BUFFERED = 4;

  private final PiecedFiles files;
  private final LongConsumer memory;

  /**
   * @param memory told of what is read of a package besides what is handed out; may refuse by
   *     throwing
   */
  PackageFiles(BlobStore store, LongConsumer memory) {
    this.files = new PiecedFiles(store);
    this.memory = memory;
  }

  /**
   * Streams a part of a signed package; the caller closes the stream.
   *
   * @param first first byte
   * @param length number of bytes; must lie within the package
   */
  InputStream open(VersionRecord version, long first, long length) {
    return files.open(
        version.upload(), version.signed().orElseThrow().file().pieces(), first, length);
  }

  /**
   * A small file that is in the package.
   *
   * @param name of its entry
   */
  Optional<byte[]> embedded(VersionRecord version, String name) throws IOException {
    try {
      ByteSource source = ByteSource.drawing(new Remote(version), memory);
      PackageArchive archive = PackageArchive.read(source);
      Optional<ArchiveEntry> entry =
          archive.entries().stream().filter(e -> e.nameText().equals(name)).findFirst();
      if (entry.isEmpty() || entry.get().uncompressedSize() > MAX_EMBEDDED) {
        return Optional.empty();
      }
      memory.accept(entry.get().uncompressedSize() / BUFFERED);
      LocalHeader local = archive.localHeader(entry.get());
      long at = entry.get().localOffset() + local.length();
      try (InputStream data = open(version, at, entry.get().compressedSize())) {
        if (entry.get().method() == STORED) {
          return Optional.of(data.readNBytes(MAX_EMBEDDED));
        }
        Inflater inflater = new Inflater(true);
        try (InputStream inflated = new InflaterInputStream(data, inflater)) {
          return Optional.of(inflated.readNBytes(MAX_EMBEDDED));
        } finally {
          inflater.end();
        }
      }
    } catch (MalformedArchiveException e) {
      throw new IOException("a stored package cannot be read", e);
    }
  }

  /** The signed package where it lies. */
  private final class Remote implements ByteSource {
    private final VersionRecord version;

    Remote(VersionRecord version) {
      this.version = version;
    }

    @Override
    public long size() {
      return version.signed().orElseThrow().file().size();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) throws IOException {
      try (InputStream in = open(version, position, length)) {
        if (in.readNBytes(target, offset, length) < length) {
          throw new EOFException("a stored package ended early");
        }
      }
    }
  }
}
