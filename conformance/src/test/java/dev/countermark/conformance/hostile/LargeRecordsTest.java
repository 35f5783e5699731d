package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.http.HttpCaller;
import dev.countermark.testkit.oci.Digests;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Legal records, as large as they may be, and many who want one at the same time. */
@ExtendWith(PlatformExtension.class)
class LargeRecordsTest {
  private static final String TYPE = "application/vnd.oci.image.manifest.v1+json";

  /** As a registry says it. */
  private static final int BUSY = 429;

  private static final int ALMOST_4_MIB = 4_100_000;
  private static final int CLIENTS = Boolean.getBoolean("hostile.long") ? 64 : 24;

  private static Platform platform;
  private static LivingGateway gateway;
  private static OtherTenants others;
  private static Platform.Repository repository;
  private static HttpCaller caller;

  @BeforeAll
  static void start(Platform shared) {
    platform = shared;
    gateway = new LivingGateway(platform);
    repository = platform.repository("oci", JsonNodeFactory.instance.objectNode());
    caller = HttpCaller.withBearer(platform.url(), platform.adminToken());
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    send("POST", "/blobs/uploads/?digest=" + Digests.sha256(empty), empty, Map.of(), 201);
    others = new OtherTenants(gateway);
  }

  @AfterAll
  static void stop() {
    others.close();
  }

  @AfterEach
  void livesOn() {
    gateway.requireAlive();
  }

  private static HttpResponse<byte[]> send(
      String method, String path, byte[] body, Map<String, String> headers, int... expected) {
    HttpResponse<byte[]> answer =
        caller.send(method, "/v2/" + repository.path() + path, body, headers);
    if (expected.length > 0) {
      assertThat(expected).as(method + " " + path).contains(answer.statusCode());
    }
    return answer;
  }

  /** Legal, of a size, and no other's. */
  private static byte[] manifest(int size, int number, String subject) {
    byte[] empty = "{}".getBytes(StandardCharsets.UTF_8);
    ObjectNode manifest = JsonNodeFactory.instance.objectNode();
    manifest.put("schemaVersion", 2).put("mediaType", TYPE);
    manifest.put("artifactType", "application/x.large");
    ObjectNode config = manifest.putObject("config");
    config.put("mediaType", "application/vnd.oci.empty.v1+json").put("size", 2);
    config.put("digest", Digests.sha256(empty));
    manifest.putArray("layers").add(config.deepCopy());
    if (subject != null) {
      manifest.putObject("subject").put("mediaType", TYPE).put("size", 2).put("digest", subject);
    }
    manifest.putObject("annotations").put("x.number", "n" + number).put("x.fill", "x".repeat(size));
    return Json.write(manifest);
  }

  private static Map<Integer, Long> together(Callable<Integer> request) throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
    try {
      List<Future<Integer>> statuses =
          IntStream.range(0, CLIENTS).mapToObj(i -> clients.submit(request)).toList();
      List<Integer> all = new java.util.ArrayList<>();
      for (Future<Integer> status : statuses) {
        all.add(status.get());
      }
      return all.stream().collect(Collectors.groupingBy(s -> s, Collectors.counting()));
    } finally {
      clients.shutdownNow();
    }
  }

  private static int statusOf(HttpResponse<byte[]> answer) {
    if (answer.statusCode() == BUSY) {
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
    }
    return answer.statusCode();
  }

  @Test
  void manifestsThatManyRead() throws Exception {
    byte[] manifest = manifest(ALMOST_4_MIB, 0, null);
    send("PUT", "/manifests/large", manifest, Map.of("Content-Type", TYPE), 201);

    Callable<Integer> read =
        () -> statusOf(send("GET", "/manifests/" + Digests.sha256(manifest), null, Map.of()));
    others.hardlyNotice(
        CLIENTS + " readers of a manifest of 4 MiB",
        watch -> assertThat(together(read).keySet()).isSubsetOf(200, BUSY).contains(200));
  }

  /** They hold what they asked for; who comes after them is not let down for ever. */
  @Test
  void manifestsThatNobodyTakes() throws Exception {
    byte[] manifest = manifest(ALMOST_4_MIB, 1, null);
    send("PUT", "/manifests/lazy", manifest, Map.of("Content-Type", TYPE), 201);
    others.hardlyNotice(
        CLIENTS + " who ask for 4 MiB and take nothing",
        watch -> {
          CountDownLatch answered = new CountDownLatch(CLIENTS);
          CountDownLatch done = new CountDownLatch(1);
          ExecutorService lazy = Executors.newFixedThreadPool(CLIENTS);
          try {
            IntStream.range(0, CLIENTS)
                .forEach(
                    i -> lazy.execute(() -> askAndWait(Digests.sha256(manifest), answered, done)));
            assertThat(answered.await(2, TimeUnit.MINUTES)).as("all are answered").isTrue();
            watch.countNow();
          } finally {
            done.countDown();
            lazy.shutdown();
          }
        });
    // What they hung up on is given back a little later, and whoever asks before is told so.
    await()
        .until(
            () -> send("GET", "/manifests/" + Digests.sha256(manifest), null, Map.of()),
            answer -> statusOf(answer) == 200 && answer.body().length == manifest.length);
  }

  private static void askAndWait(String digest, CountDownLatch answered, CountDownLatch done) {
    try (Socket socket = new Socket(platform.url().getHost(), platform.url().getPort())) {
      socket.setReceiveBufferSize(4 << 10);
      socket
          .getOutputStream()
          .write(
              ("GET /v2/"
                      + repository.path()
                      + "/manifests/"
                      + digest
                      + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                      + platform.adminToken()
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      answered.countDown();
      done.await();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void manifestsThatManyPush() throws Exception {
    // Made before: it is not the attackers' time that is measured.
    List<byte[]> manifests =
        IntStream.range(0, CLIENTS).mapToObj(i -> manifest(ALMOST_4_MIB, 100 + i, null)).toList();
    AtomicInteger next = new AtomicInteger();
    Callable<Integer> push =
        () -> {
          byte[] manifest = manifests.get(next.getAndIncrement() % CLIENTS);
          String path = "/manifests/" + Digests.sha256(manifest);
          return statusOf(send("PUT", path, manifest, Map.of("Content-Type", TYPE)));
        };

    others.hardlyNotice(
        CLIENTS + " pushes of a manifest of 4 MiB",
        watch -> assertThat(together(push).keySet()).isSubsetOf(201, BUSY).contains(201));
  }

  /** Some four mebibytes, and a hundred once they are taken apart. */
  @Test
  void manifestsOfNothing() throws Exception {
    byte[] hollow =
        ("{\"schemaVersion\":2,\"x\":[" + "{},".repeat(1_390_000) + "{}]}")
            .getBytes(StandardCharsets.UTF_8);
    Callable<Integer> push =
        () -> statusOf(send("PUT", "/manifests/hollow", hollow, Map.of("Content-Type", TYPE)));
    others.hardlyNotice(
        CLIENTS + " pushes of a manifest of empty objects",
        watch -> assertThat(together(push).keySet()).isSubsetOf(400, BUSY).contains(400));
  }

  @Test
  void listsOfReferrers() throws Exception {
    byte[] subject = manifest(10, 2, null);
    send("PUT", "/manifests/subject", subject, Map.of("Content-Type", TYPE), 201);
    for (int i = 0; i < 3; i++) {
      byte[] referrer = manifest(ALMOST_4_MIB, 10 + i, Digests.sha256(subject));
      send(
          "PUT",
          "/manifests/" + Digests.sha256(referrer),
          referrer,
          Map.of("Content-Type", TYPE),
          201);
    }

    Callable<Integer> list =
        () -> statusOf(send("GET", "/referrers/" + Digests.sha256(subject), null, Map.of()));
    others.hardlyNotice(
        CLIENTS + " readers of 12 MiB of referrers",
        watch -> assertThat(together(list).keySet()).isSubsetOf(200, BUSY).contains(200));
  }
}
