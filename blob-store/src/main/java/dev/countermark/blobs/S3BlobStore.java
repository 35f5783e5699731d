package dev.countermark.blobs;

import dev.countermark.contracts.Failure;
import io.minio.BucketExistsArgs;
import io.minio.Checksum;
import io.minio.GetObjectArgs;
import io.minio.GetObjectResponse;
import io.minio.Http;
import io.minio.ListObjectsV2Args;
import io.minio.MakeBucketArgs;
import io.minio.MinioAsyncClient;
import io.minio.PutObjectAPIArgs;
import io.minio.RemoveObjectArgs;
import io.minio.StatObjectArgs;
import io.minio.errors.ErrorResponseException;
import io.minio.errors.ServerException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;

/**
 * The store behind the S3 API. Relies on {@code If-None-Match: *} and {@code If-Match} being
 * atomic; {@code BlobStoreContract} proves it for a given server.
 */
public final class S3BlobStore implements BlobStore, AutoCloseable {
  private static final Checksum.Algorithm CHECKSUM = Checksum.Algorithm.CRC32;

  private static final Logger LOG = System.getLogger(S3BlobStore.class.getName());

  private static final int CONNECTIONS = 256;

  /** Smaller objects come and go unnoticed. */
  private static final int LARGE = 256 << 10;

  private final MinioAsyncClient client;
  private final OkHttpClient http;
  private final String bucket;
  private final LongConsumer beforeLarge;

  /** Region of the bucket that may have to be made; null when it is there. */
  private volatile String unmade;

  private S3BlobStore(
      MinioAsyncClient client, OkHttpClient http, String bucket, LongConsumer beforeLarge) {
    this.client = client;
    this.http = http;
    this.bucket = bucket;
    this.beforeLarge = beforeLarge;
  }

  /** Like {@link #open(S3Settings, LongConsumer)}, for those whose objects are small. */
  public static S3BlobStore open(S3Settings settings) {
    return open(settings, bytes -> {});
  }

  /**
   * Connects, and makes the bucket when it does not exist; with the first call that reaches the
   * store when that is away: who starts meanwhile waits, and is not started again and again.
   *
   * @param beforeLarge told how many bytes an object has before more than 256 KiB are read into
   *     memory; may throw instead
   * @throws IllegalStateException when the store refuses: a setting is wrong
   */
  public static S3BlobStore open(S3Settings settings, LongConsumer beforeLarge) {
    S3BlobStore store = connect(settings, beforeLarge);
    store.unmade = settings.region();
    try {
      store.makeBucket();
    } catch (StatusException e) {
      throw new IllegalStateException(e.getMessage(), e);
    } catch (Failure.Transient e) {
      LOG.log(Level.WARNING, "{0}; goes on when it does", e.getMessage());
    }
    return store;
  }

  /** Like {@link #open}, without any call: the bucket must exist. */
  public static S3BlobStore connect(S3Settings settings) {
    return connect(settings, bytes -> {});
  }

  private static S3BlobStore connect(S3Settings settings, LongConsumer beforeLarge) {
    // The default of 5 requests per host would throttle the whole service.
    Dispatcher dispatcher = new Dispatcher();
    dispatcher.setMaxRequests(CONNECTIONS);
    dispatcher.setMaxRequestsPerHost(CONNECTIONS);
    Duration timeout = settings.timeout();
    OkHttpClient.Builder http =
        new OkHttpClient.Builder()
            .dispatcher(dispatcher)
            .socketFactory(new PromptSockets())
            .connectionPool(new ConnectionPool(CONNECTIONS, 5, TimeUnit.MINUTES))
            .connectTimeout(timeout)
            .readTimeout(timeout)
            .writeTimeout(timeout);
    settings.trustCertificates().ifPresent(pem -> trust(http, pem));
    OkHttpClient built = http.build();
    MinioAsyncClient client =
        MinioAsyncClient.builder()
            .endpoint(settings.endpoint().toString())
            .region(settings.region())
            .credentials(settings.accessKey(), settings.secretKey())
            .httpClient(built)
            .build();
    return new S3BlobStore(client, built, settings.bucket(), beforeLarge);
  }

  private static void trust(OkHttpClient.Builder http, java.nio.file.Path pem) {
    try (InputStream in = java.nio.file.Files.newInputStream(pem)) {
      KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
      authorities.load(null, null);
      int n = 0;
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        authorities.setCertificateEntry("authority-" + n++, c);
      }
      if (n == 0) {
        throw new IllegalArgumentException(pem + " holds no certificate");
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(authorities);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      http.sslSocketFactory(
          context.getSocketFactory(), (X509TrustManager) factory.getTrustManagers()[0]);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("cannot trust the certificates in " + pem, e);
    }
  }

  private void makeBucket() {
    String region = unmade;
    if (region == null) {
      return;
    }
    try {
      var bucketExists = BucketExistsArgs.builder().bucket(bucket).build();
      if (!answer(bucket, () -> client.bucketExists(bucketExists))) {
        var makeBucket = MakeBucketArgs.builder().bucket(bucket).region(region).build();
        answer(bucket, () -> client.makeBucket(makeBucket));
      }
    } catch (StatusException e) {
      if (e.status >= 500) {
        throw e.asTransient();
      }
      // 409: another service was faster.
      if (e.status != 409) {
        throw e;
      }
    }
    unmade = null;
  }

  @Override
  public Optional<StoredObject> get(String key) {
    if (!PossibleKey.is(key)) {
      return Optional.empty();
    }
    try (GetObjectResponse response =
        call(
            key,
            () -> client.getObject(GetObjectArgs.builder().bucket(bucket).object(key).build()))) {
      String length = response.headers().get("Content-Length");
      long announced = length == null ? MAX_IN_MEMORY : Long.parseLong(length);
      if (announced > LARGE) {
        beforeLarge.accept(announced);
      }
      byte[] content = response.readNBytes(MAX_IN_MEMORY + 1);
      if (content.length > MAX_IN_MEMORY) {
        throw new IllegalStateException(key + " is larger than " + MAX_IN_MEMORY + " bytes");
      }
      if (length != null && announced != content.length) {
        throw new Failure.Transient(key + " was cut off while it was read", null);
      }
      return Optional.of(new StoredObject(content, version(response.headers().get("ETag"))));
    } catch (StatusException e) {
      return e.emptyIfMissing();
    } catch (IOException e) {
      throw new Failure.Transient("the object store broke off while " + key + " was read", e);
    }
  }

  @Override
  public Optional<ObjectInfo> head(String key) {
    if (!PossibleKey.is(key)) {
      return Optional.empty();
    }
    try {
      var response =
          call(
              key,
              () -> client.statObject(StatObjectArgs.builder().bucket(bucket).object(key).build()));
      return Optional.of(new ObjectInfo(response.size(), version(response.etag())));
    } catch (StatusException e) {
      return e.emptyIfMissing();
    }
  }

  @Override
  public Optional<InputStream> open(String key, long offset, long length) {
    if (length == 0 || !PossibleKey.is(key)) {
      return head(key).map(info -> InputStream.nullInputStream());
    }
    try {
      InputStream response =
          call(
              key,
              () ->
                  client.getObject(
                      GetObjectArgs.builder()
                          .bucket(bucket)
                          .object(key)
                          .offset(offset)
                          .length(length)
                          .build()));
      return Optional.of(response);
    } catch (StatusException e) {
      if (e.status == 416) {
        return Optional.of(InputStream.nullInputStream()); // the object ends before that
      }
      return e.emptyIfMissing();
    }
  }

  @Override
  public Optional<Version> create(String key, byte[] content) {
    return conditionally(key, content, Map.of("If-None-Match", "*"));
  }

  @Override
  public Optional<Version> replace(String key, byte[] content, Version expected) {
    if (!PossibleKey.is(key)) {
      return Optional.empty();
    }
    return conditionally(key, content, Map.of("If-Match", '"' + expected.value() + '"'));
  }

  private Optional<Version> conditionally(
      String key, byte[] content, Map<String, String> condition) {
    try {
      String sha256 = Payload.sha256(content, content.length);
      return Optional.of(upload(key, content, content.length, sha256, condition));
    } catch (StatusException e) {
      // 412: the condition does not hold. 404: If-Match on an object that is gone. 409: a
      // conflicting write is under way, which S3 leaves to the caller to try again.
      if (e.status == 412 || e.status == 404) {
        return Optional.empty();
      }
      throw e.asTransient();
    }
  }

  @Override
  public void put(String key, byte[] content, int length, String sha256) {
    try {
      upload(key, content, length, sha256, Map.of());
    } catch (StatusException e) {
      throw e.asTransient();
    }
  }

  /**
   * One request, whose digests are ours: the SDK would compute them again, and its default checksum
   * byte by byte.
   */
  private Version upload(
      String key, byte[] content, int length, String sha256, Map<String, String> condition) {
    if (!PossibleKey.is(key)) {
      throw new IllegalArgumentException("no object can have the key " + key);
    }
    Http.Headers headers = new Http.Headers(condition);
    headers.put(Http.Headers.X_AMZ_CONTENT_SHA256, sha256);
    headers.put(Http.Headers.X_AMZ_SDK_CHECKSUM_ALGORITHM, CHECKSUM.toString());
    headers.put(CHECKSUM.header(), Payload.crc32(content, length));
    var response =
        call(
            key,
            () ->
                client.putObject(
                    PutObjectAPIArgs.builder()
                        .bucket(bucket)
                        .object(key)
                        .data(content, length)
                        .contentType("application/octet-stream")
                        .headers(headers)
                        .build()));
    return version(response.etag());
  }

  @Override
  public void delete(String key) {
    if (!PossibleKey.is(key)) {
      return;
    }
    try {
      call(
          key,
          () -> client.removeObject(RemoveObjectArgs.builder().bucket(bucket).object(key).build()));
    } catch (StatusException e) {
      if (e.status != 404) {
        throw e.asTransient();
      }
    }
  }

  /**
   * Atomic where the store honours {@code If-Match} on DELETE. A store that ignores the header is
   * caught by the comparison before; what remains is the time between the two calls.
   */
  @Override
  public boolean delete(String key, Version expected) {
    if (head(key).filter(info -> info.version().equals(expected)).isEmpty()) {
      return false;
    }
    try {
      call(
          key,
          () ->
              client.removeObject(
                  RemoveObjectArgs.builder()
                      .bucket(bucket)
                      .object(key)
                      .extraHeaders(Map.of("If-Match", '"' + expected.value() + '"'))
                      .build()));
      return true;
    } catch (StatusException e) {
      if (e.status == 412 || e.status == 404) {
        return false;
      }
      throw e.asTransient();
    }
  }

  @Override
  public Page list(String prefix, String startAfter, int limit) {
    if (!PossibleKey.is(prefix)) {
      return new Page(List.of(), false);
    }
    String after = PossibleKey.before(startAfter);
    try {
      var result =
          call(
                  prefix,
                  () ->
                      client.listObjectsV2(
                          ListObjectsV2Args.builder()
                              .bucket(bucket)
                              .prefix(prefix)
                              .startAfter(after.isEmpty() ? null : after)
                              .maxKeys(limit)
                              .build()))
              .result();
      List<Entry> entries = new ArrayList<>();
      for (var item : result.contents()) {
        Instant modified =
            item.lastModified() == null ? Instant.EPOCH : item.lastModified().toInstant();
        entries.add(new Entry(item.objectName(), item.size(), modified));
      }
      return new Page(List.copyOf(entries), result.isTruncated());
    } catch (StatusException e) {
      throw e.asTransient();
    }
  }

  @Override
  public void close() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }

  /** ETags come with and without quotes. */
  private static Version version(String etag) {
    if (etag == null) {
      throw new IllegalStateException("the object store sent no ETag");
    }
    return new Version(etag.replace("\"", ""));
  }

  private interface Call<T> {
    CompletableFuture<T> start() throws Exception;
  }

  private <T> T call(String key, Call<T> call) {
    makeBucket();
    return answer(key, call);
  }

  /** The only place that reads what the SDK throws. */
  private <T> T answer(String key, Call<T> call) {
    try {
      return call.start().get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Failure.Transient("interrupted while waiting for the object store", e);
    } catch (ExecutionException e) {
      throw translated(key, e.getCause());
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw translated(key, e);
    }
  }

  private static RuntimeException translated(String key, Throwable cause) {
    Throwable inner = cause instanceof CompletionException ? cause.getCause() : cause;
    if (inner instanceof ErrorResponseException e) {
      return new StatusException(e.response().code(), key, e);
    }
    if (inner instanceof ServerException e) {
      return new StatusException(e.statusCode(), key, e);
    }
    if (inner instanceof Error e) {
      throw e;
    }
    return new Failure.Transient("the object store did not answer for " + key, inner);
  }

  /** An answer other than success; never leaves this class. */
  private static final class StatusException extends RuntimeException {
    final transient int status;
    private final transient String key;

    StatusException(int status, String key, Throwable cause) {
      super("object store answered " + status + " for " + key, cause);
      this.status = status;
      this.key = key;
    }

    <T> Optional<T> emptyIfMissing() {
      if (status == 404) {
        return Optional.empty();
      }
      throw asTransient();
    }

    /** 401 and 403 too: an operator's mistake, not the package's. */
    Failure.Transient asTransient() {
      return new Failure.Transient("the object store answered " + status + " for " + key, this);
    }
  }
}
