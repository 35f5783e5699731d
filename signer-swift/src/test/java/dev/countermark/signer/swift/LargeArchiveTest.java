package dev.countermark.signer.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Piece;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import dev.countermark.format.swift.SwiftRecords.ArchiveMode;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.keys.InMemoryKeyClient;
import dev.countermark.signer.service.MemoryBudget;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An archive that fits into no heap is signed as it streams by; {@code -Dswift.large.mib=500}. */
class LargeArchiveTest {
  private static final long MIB = 1 << 20;
  private static final long FILLING = Long.getLong("swift.large.mib", 64) * MIB;
  private static final Instant PUSHED = Instant.parse("2026-11-24T10:00:00Z");
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final int DIRECTORY_ENTRY = 46;

  private final BlobStore memory = new InMemoryBlobStore();
  private final Part zeros = new Part("ab".repeat(32), FILLING, UUID.randomUUID().toString());

  /** Keeps everything but the zeros, which it makes when they are read. */
  private final BlobStore store =
      (BlobStore)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {BlobStore.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("open")
                    && arguments[0].equals(ObjectKeys.content(zeros.sha256(), zeros.upload()))) {
                  return Optional.of(new Zeros((long) arguments[2]));
                }
                try {
                  return method.invoke(memory, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              });

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long length) {
      this.left = length;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = (int) Math.min(left, length);
      Arrays.fill(target, offset, offset + count, (byte) 0);
      left -= count;
      return count == 0 && length > 0 ? -1 : count;
    }
  }

  private Part part(byte[] content) {
    Part part = new Part(Sha256.hex(content), content.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), content, content.length);
    return part;
  }

  private static ByteBuffer header(int magic, int fixed, String name, long crc, long size) {
    ByteBuffer header =
        ByteBuffer.allocate(fixed + name.length()).order(ByteOrder.LITTLE_ENDIAN).putInt(magic);
    boolean central = fixed == DIRECTORY_ENTRY;
    if (central) {
      header.putShort((short) 20);
    }
    header.putShort((short) 20).putShort((short) 0).putShort((short) 0);
    header.putInt(0x00210000).putInt((int) crc).putInt((int) size).putInt((int) size);
    header.putShort((short) name.length());
    header.position(fixed);
    return header.put(Archives.utf8(name));
  }

  private static byte[] local(String name, long crc, long size) {
    return header(0x04034b50, 30, name, crc, size).array();
  }

  private static byte[] central(String name, long crc, long size, long position) {
    return header(0x02014b50, DIRECTORY_ENTRY, name, crc, size).putInt(42, (int) position).array();
  }

  private static byte[] end(int entries, int size, long position) {
    return ByteBuffer.allocate(22)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(0x06054b50)
        .putInt(0)
        .putShort((short) entries)
        .putShort((short) entries)
        .putInt(size)
        .putInt((int) position)
        .array();
  }

  /** A manifest, and a file of nothing but zeros. */
  private Upload upload() throws Exception {
    CRC32 manifestCrc = new CRC32();
    manifestCrc.update(Archives.MANIFEST);
    CRC32 zerosCrc = new CRC32();
    MessageDigest sha256 = Sha256.digest();
    byte[] block = new byte[(int) MIB];
    String manifest = "large/Package.swift";
    String large = "large/Sources/zeros.bin";
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    first.writeBytes(local(manifest, manifestCrc.getValue(), Archives.MANIFEST.length));
    first.writeBytes(Archives.MANIFEST);
    long largeAt = first.size();
    for (long i = 0; i < FILLING; i += MIB) {
      zerosCrc.update(block);
    }
    first.writeBytes(local(large, zerosCrc.getValue(), FILLING));
    sha256.update(first.toByteArray());
    for (long i = 0; i < FILLING; i += MIB) {
      sha256.update(block);
    }
    ByteArrayOutputStream last = new ByteArrayOutputStream();
    last.writeBytes(central(manifest, manifestCrc.getValue(), Archives.MANIFEST.length, 0));
    last.writeBytes(central(large, zerosCrc.getValue(), FILLING, largeAt));
    last.writeBytes(end(2, last.size(), first.size() + FILLING));
    sha256.update(last.toByteArray());
    return new Upload(
        List.of(part(first.toByteArray()), zeros, part(last.toByteArray())),
        first.size() + FILLING + last.size(),
        HexFormat.of().formatHex(sha256.digest()));
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @ParameterizedTest
  @EnumSource(ArchiveMode.class)
  void needsNoMoreMemoryThanASmallOne(ArchiveMode mode) throws Exception {
    Upload upload = upload();
    ReleaseRecord record =
        new ReleaseRecord(
            1,
            REPOSITORY,
            new Identity("mona", "large", "1.0.0"),
            "mona",
            "large",
            upload,
            Optional.empty(),
            Optional.empty(),
            PUSHED,
            UUID.randomUUID().toString(),
            State.RECEIVED,
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    Clock clock = Clock.fixed(PUSHED, ZoneOffset.UTC);
    ReleaseSigning signing =
        new ReleaseSigning(
            store,
            new InMemoryKeyClient(clock),
            new MemoryBudget(64 << 20, 32, Duration.ofSeconds(10)),
            clock);
    signing.sign(record, SwiftSettings.defaults(), mode);

    long before = allocated();
    SignedRelease signed = signing.sign(record, SwiftSettings.defaults(), mode);

    assertThat(allocated() - before).isLessThan(16 * MIB);
    assertThat(signed.size()).isGreaterThanOrEqualTo(upload.size());
    assertThat(signed.archive().stream().mapToLong(Piece::size).sum()).isEqualTo(signed.size());
    assertThat(new ArchivePieces(store).sha256(signed.archive(), upload))
        .isEqualTo(signed.sha256());
  }
}
