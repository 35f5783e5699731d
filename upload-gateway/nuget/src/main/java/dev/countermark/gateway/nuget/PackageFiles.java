package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.PartsInputStream;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Part;
import dev.countermark.format.nuget.NugetRecords.SignedFile;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.LocalHeader;
import dev.countermark.format.zip.MalformedArchiveException;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Hands out signed packages, put together from the upload and what the signer added. */
final class PackageFiles {
  private static final int MAX_EMBEDDED = 1 << 20;
  private static final int STORED = 0;

  private final BlobStore store;

  PackageFiles(BlobStore store) {
    this.store = store;
  }

  /**
   * Streams a part of a signed package; the caller closes the stream.
   *
   * @param first first byte
   * @param length number of bytes; must lie within the package
   */
  InputStream open(VersionRecord version, long first, long length) {
    SignedFile file = version.signed().orElseThrow().file();
    List<InputStream> pieces = new ArrayList<>();
    long start = 0;
    for (ByteRun run : file.runs()) {
      long size = run.to() - run.from();
      long from = Math.max(first, start);
      long to = Math.min(first + length, start + size);
      if (from < to) {
        // Opens nothing before it is read.
        pieces.add(
            new PartsInputStream(
                store, version.upload().parts(), run.from() + from - start, to - from));
      }
      start += size;
    }
    long from = Math.max(first, start);
    long to = first + length;
    if (from < to) {
      pieces.add(tail(file, from - start, to - from));
    }
    return new SequenceInputStream(Collections.enumeration(pieces));
  }

  private InputStream tail(SignedFile file, long first, long length) {
    if (file.inlineTail().isPresent()) {
      return new ByteArrayInputStream(file.inlineTail().get().toArray(), (int) first, (int) length);
    }
    Part stored = file.storedTail().orElseThrow();
    return new PartsInputStream(store, List.of(stored), first, length);
  }

  /**
   * A small file that is in the package.
   *
   * @param name of its entry
   */
  Optional<byte[]> embedded(VersionRecord version, String name) throws IOException {
    try {
      ByteSource source = new Remote(version);
      PackageArchive archive = PackageArchive.read(source);
      Optional<ArchiveEntry> entry =
          archive.entries().stream().filter(e -> e.nameText().equals(name)).findFirst();
      if (entry.isEmpty() || entry.get().uncompressedSize() > MAX_EMBEDDED) {
        return Optional.empty();
      }
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
