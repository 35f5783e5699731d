package dev.countermark.standalone.store;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.gaul.s3proxy.blobstore.ForwardingBlobStore;
import org.gaul.s3proxy.blobstore.S3Exceptions;
import org.gaul.s3proxy.blobstore.domain.MultipartUpload;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Makes conditional writes atomic: S3Proxy compares the ETag and then writes, two steps between
 * which another writer fits. Here both happen under a lock of the key. The body is read before, so
 * that a slow client holds nobody up.
 */
final class SerialBlobStore extends ForwardingBlobStore {
  /** Records are small; larger conditional writes are refused rather than held in memory. */
  static final int LARGEST_CONDITIONAL_BODY = 16 * 1024 * 1024;

  private final Lock[] stripes = new Lock[1024];

  private final Room room;

  SerialBlobStore(BlobStore delegate, Room room) {
    super(delegate);
    this.room = room;
    for (int i = 0; i < stripes.length; i++) {
      stripes[i] = new ReentrantLock();
    }
  }

  @Override
  public PutObjectResponse putBlob(PutObjectRequest request, InputStream body) {
    long bytes = request.contentLength() == null ? 0 : request.contentLength();
    boolean record = request.ifMatch() != null || request.ifNoneMatch() != null;
    room.require(bytes, record);
    if (!record) {
      return delegate().putBlob(request, body);
    }
    byte[] content = read(body);
    return locked(
        request.bucket(),
        request.key(),
        () -> {
          PutObjectRequest settled = request;
          if (request.ifMatch() != null) {
            requireMatch(request.bucket(), request.key(), request.ifMatch());
            settled = request.toBuilder().ifMatch(null).build();
          }
          return delegate().putBlob(settled, new ByteArrayInputStream(content));
        });
  }

  @Override
  public UploadPartResponse uploadMultipartPart(
      MultipartUpload upload, UploadPartRequest request, InputStream body) {
    room.require(request.contentLength() == null ? 0 : request.contentLength(), false);
    return delegate().uploadMultipartPart(upload, request, body);
  }

  @Override
  public DeleteObjectResponse removeBlob(DeleteObjectRequest request) {
    return locked(
        request.bucket(),
        request.key(),
        () -> {
          DeleteObjectRequest settled = request;
          if (request.ifMatch() != null) {
            requireMatch(request.bucket(), request.key(), request.ifMatch());
            settled = request.toBuilder().ifMatch(null).build();
          }
          return delegate().removeBlob(settled);
        });
  }

  private static byte[] read(InputStream body) {
    try {
      byte[] content = body.readNBytes(LARGEST_CONDITIONAL_BODY + 1);
      if (content.length > LARGEST_CONDITIONAL_BODY) {
        throw S3Exceptions.invalidRequest("a conditional write takes at most 16 MiB");
      }
      return content;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void requireMatch(String bucket, String key, String wanted) {
    HeadObjectResponse now = delegate().blobMetadataIfPresent(bucket, key);
    if (now == null) {
      throw S3Exceptions.noSuchKey(bucket, key, "no such object");
    }
    if (!"*".equals(wanted) && !unquoted(wanted).equals(unquoted(now.eTag()))) {
      throw S3Exceptions.preconditionFailed(null);
    }
  }

  private static String unquoted(String etag) {
    return etag == null ? "" : etag.replace("\"", "");
  }

  private <T> T locked(String bucket, String key, Supplier<T> action) {
    int hash = bucket.hashCode() * 31 + key.hashCode();
    Lock lock = stripes[(hash ^ hash >>> 16) & stripes.length - 1];
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }
}
