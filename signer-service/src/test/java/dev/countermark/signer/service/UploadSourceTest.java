package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.blobs.ObservedBlobStore;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.Upload;
import java.io.EOFException;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadSourceTest {
  private static final int SIZE = 300_000;

  private final Random random = new Random(20_261_125);
  private final ObservedBlobStore store = new ObservedBlobStore(new InMemoryBlobStore());
  private final byte[] content = new byte[SIZE];

  private Upload upload(int... ends) {
    random.nextBytes(content);
    List<Part> parts = new ArrayList<>();
    int from = 0;
    for (int end : ends) {
      parts.add(part(Arrays.copyOfRange(content, from, end)));
      from = end;
    }
    store.reset();
    return new Upload(parts, SIZE, hex(content));
  }

  private Part part(byte[] bytes) {
    Part part = new Part(hex(bytes), bytes.length, UUID.randomUUID().toString());
    store.put(key(part), bytes, bytes.length);
    return part;
  }

  private static String key(Part part) {
    return ObjectKeys.content(part.sha256(), part.upload());
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, SIZE})
  void readsAndHashesAnyRunOfThePartsWhetherKeptOrNot(long keep) throws IOException {
    UploadSource source = new UploadSource(store, upload(1, 100_000, 100_001, SIZE));
    assertThat(source.sha256(keep)).isEqualTo(hex(content));
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(SIZE);
      int length = random.nextInt(Math.min(SIZE - from, i % 2 == 0 ? 100 : SIZE) + 1);
      byte[] expected = Arrays.copyOfRange(content, from, from + length);
      assertThat(source.read(from, length)).isEqualTo(expected);
      MessageDigest digest = sha256();
      source.digest(from, from + length, digest);
      assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(hex(expected));
    }
  }

  @Test
  void readsWhatIsKeptOnlyOnce() throws IOException {
    UploadSource source = new UploadSource(store, upload(SIZE));
    source.sha256(SIZE);
    source.read(5, 5);
    source.digest(0, SIZE, sha256());

    assertThat(store.reads()).hasSize(1);
  }

  @Test
  void readsHeadersThatLieCloseTogetherAtOnce() throws IOException {
    UploadSource source = new UploadSource(store, upload(SIZE));
    for (int at = 0; at < 50_000; at += 100) {
      source.read(at, 30);
    }

    assertThat(store.reads()).hasSizeLessThan(4);
  }

  @Test
  void refusesWhatLiesOutside() {
    UploadSource source = new UploadSource(store, upload(SIZE));

    assertThatThrownBy(() -> source.read(SIZE - 1, 2)).isInstanceOf(EOFException.class);
    assertThatThrownBy(() -> source.read(-1, 1)).isInstanceOf(EOFException.class);
  }

  @Test
  void isGoneForGoodWhenAPartIs() {
    Upload upload = upload(10, SIZE);
    Part second = upload.parts().get(1);
    store.put(key(second), new byte[7], 7);
    assertGone(upload);
    store.delete(key(second));
    assertGone(upload);
    assertGone(new Upload(upload.parts().subList(0, 1), SIZE, upload.sha256()));
  }

  private void assertGone(Upload upload) {
    for (long keep : new long[] {0, SIZE}) {
      assertThatThrownBy(() -> new UploadSource(store, upload).sha256(keep))
          .isInstanceOfSatisfying(
              Failure.Permanent.class, e -> assertThat(e.code()).isEqualTo(Refusal.BLOB_GONE));
    }
  }
}
