package dev.countermark.standalone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.model.CreateBucketRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

class RoomTest {
  private static final int LENGTH = 1_000;
  private static final String BUCKET = "packages";

  @TempDir Path folder;
  private long free = Long.MAX_VALUE;
  private SerialBlobStore store;

  @BeforeEach
  void open() {
    store =
        new SerialBlobStore(new FilesystemNio2BlobStore(folder.toString()), new Room(() -> free));
    store.createContainer(CreateBucketRequest.builder().bucket(BUCKET).build());
  }

  private void put(String key, String ifNoneMatch) {
    store.putBlob(
        PutObjectRequest.builder()
            .bucket(BUCKET)
            .key(key)
            .contentLength((long) LENGTH)
            .ifNoneMatch(ifNoneMatch)
            .build(),
        new ByteArrayInputStream(new byte[LENGTH]));
  }

  private void refuses(String key, String ifNoneMatch) {
    assertThatThrownBy(() -> put(key, ifNoneMatch))
        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(507));
    assertThat(store.blobMetadataIfPresent(BUCKET, key)).isNull();
  }

  private void takes(String key, String ifNoneMatch) {
    put(key, ifNoneMatch);
    assertThat(store.blobMetadataIfPresent(BUCKET, key)).isNotNull();
  }

  @Test
  void takesContentToTheLastByteThatMayBeFilled() {
    free = Room.CONTENT + LENGTH;
    takes("content", null);
    free--;
    refuses("more", null);
  }

  /** What was acknowledged is signed when nothing more is taken. */
  @Test
  void takesRecordsWhenContentIsRefused() {
    free = Room.CONTENT - 1;
    refuses("content", null);
    takes("record", "*");
    free = Room.RECORDS + LENGTH - 1;
    refuses("another", "*");
  }

  @Test
  void goesOnWhenThereIsRoomAgain() {
    free = 0;
    refuses("content", null);
    free = Long.MAX_VALUE;
    takes("content", null);
  }
}
