package dev.countermark.gateway;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.kit.WritePaths;
import dev.countermark.gateway.kit.WritePaths.WritePath;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.wiring.InMemoryBeans;
import dev.countermark.gateway.wiring.InMemoryBeans.TestStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every write of every format keeps: who may, how much, what a broken-off body, a full disk
 * and a store that is away leave behind and are answered. A method of a resource class that writes
 * and is not tried here fails the last test.
 */
@QuarkusTest
class EdgeContractTest {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  /** Clients post these to be told something; nothing is stored. */
  private static final Set<String> NOT_STORING =
      Set.of(
          "dev.countermark.gateway.oci.TokenEndpoint",
          "dev.countermark.gateway.swift.LoginResource",
          "dev.countermark.gateway.swift.SwiftResource POST",
          "dev.countermark.gateway.trust.OcspResource",
          // Strict JSON of the administrator, tried in ManagementApiTest.
          "dev.countermark.gateway.api.InstallationTokensResource",
          "dev.countermark.gateway.api.RepositoriesResource",
          // The same, tried in QuotaTest and RetentionTest.
          "dev.countermark.gateway.api.QuotaResource",
          "dev.countermark.gateway.api.RetentionResource",
          // The same, tried in ResyncEventsTest and DeadLettersTest.
          "dev.countermark.gateway.api.DeadLettersResource",
          "dev.countermark.gateway.api.ResyncsResource",
          "dev.countermark.gateway.api.TokensResource",
          // The same, tried in WebhooksTest.
          "dev.countermark.gateway.api.WebhooksResource");

  private final HttpClient http = HttpClient.newHttpClient();

  @Inject BlobStore store;
  @Inject Tokens tokens;
  @Inject Repositories repositories;

  @TestHTTPResource("/")
  URI base;

  static Stream<WritePath> writes() {
    return ServiceLoader.load(WritePaths.class).stream().flatMap(p -> p.get().paths().stream());
  }

  static Stream<WritePath> bodies() {
    return writes().filter(w -> !w.body().isEmpty());
  }

  private RepositoryName repository() {
    RepositoryName name = RepositoryName.of("edge/r" + NUMBERS.incrementAndGet());
    repositories.findOrCreate(name);
    return name;
  }

  private String token(RepositoryName repository, Scope scope) {
    return tokens
        .create(Optional.of(repository), Tokens.Order.of(repository, EnumSet.of(scope)), "test")
        .text();
  }

  private static String basic(String token) {
    return "Basic "
        + java.util.Base64.getEncoder()
            .encodeToString(("ci:" + token).getBytes(StandardCharsets.UTF_8));
  }

  /** Sends what has to be sent before, and tells where the write goes then. */
  private String address(WritePath write, RepositoryName repository) {
    String address = write.address().apply(repository.toString());
    if (write.after().isEmpty()) {
      return address;
    }
    HttpResponse<String> before =
        send(
            write.after().get(),
            write.after().get().address().apply(repository.toString()),
            basic(token(repository, Scope.PUSH)),
            write.after().get().body().bytes());
    assertThat(before.statusCode()).as(write.after().get().name()).isBetween(200, 299);
    return address.startsWith("/")
        ? address
        : before.headers().firstValue("Location").orElseThrow() + address;
  }

  private HttpResponse<String> send(
      WritePath write, String address, String authorization, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(address))
            .method(write.method(), HttpRequest.BodyPublishers.ofByteArray(body));
    write.body().headers().forEach(request::header);
    if (authorization != null) {
      request.header("Authorization", authorization);
    }
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(write.name(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpResponse<String> send(WritePath write, String address, String authorization) {
    return send(write, address, authorization, write.body().bytes());
  }

  /** All keys but those of tokens and repositories, which tests in parallel make. */
  private Set<String> stored(RepositoryName repository) {
    Set<String> keys = new TreeSet<>();
    for (Format<?, ?> format : Formats.all()) {
      store.list(format.prefix(repository), "", 1_000).entries().forEach(e -> keys.add(e.key()));
    }
    return keys;
  }

  @ParameterizedTest
  @MethodSource("writes")
  void nobodyWritesWithoutAValidToken(WritePath write) {
    RepositoryName repository = repository();
    String wrong = token(repository, Scope.PUSH).replaceAll("..$", "zz");
    String address = address(write, repository);
    Set<String> before = stored(repository);

    assertThat(send(write, address, null).statusCode()).as(write.name()).isEqualTo(401);
    for (String authorization :
        List.of(basic(wrong), "Bearer " + wrong, "Basic x", "Digest a=b", "x".repeat(4_000))) {
      assertThat(send(write, address, authorization).statusCode())
          .as(write.name() + " " + authorization)
          .isEqualTo(401);
    }
    assertThat(stored(repository)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("writes")
  void aTokenWritesOnlyWhereAndWhatItMay(WritePath write) {
    RepositoryName repository = repository();
    String reading = basic(token(repository, Scope.PULL));
    String foreign = basic(token(repository(), Scope.ADMIN));
    String address = address(write, repository);
    Set<String> before = stored(repository);

    assertThat(send(write, address, reading).statusCode()).as(write.name()).isEqualTo(403);
    assertThat(send(write, address, foreign).statusCode()).as(write.name()).isIn(403, 404);
    assertThat(stored(repository)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("writes")
  void nobodyButTheAdministratorMakesARepositoryByWriting(WritePath write) {
    RepositoryName missing = RepositoryName.of("edge/missing" + NUMBERS.incrementAndGet());
    RepositoryName other = repository();
    String foreign = basic(token(other, Scope.ADMIN));
    String address = address(write, other).replace(other.toString(), missing.toString());

    assertThat(send(write, address, foreign).statusCode()).as(write.name()).isIn(403, 404);
    assertThat(repositories.find(missing)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void whatIsTooLargeIsRefusedAndNothingStays(WritePath write) {
    if (write.limit() == 0) {
      return; // layers are streamed, however large
    }
    RepositoryName repository = repository();
    byte[] sound = write.body().bytes();
    byte[] large = Arrays.copyOf(sound, (int) write.limit() + (2 << 20));
    Arrays.fill(large, sound.length, large.length, (byte) 'x');

    String address = address(write, repository);
    Set<String> before = stored(repository);

    HttpResponse<String> answer = send(write, address, basic(token(repository, Scope.PUSH)), large);

    assertThat(answer.statusCode()).as(write.name()).isIn(400, 413);
    assertThat(stored(repository)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void aBodyThatIsBrokenOffLeavesNothing(WritePath write) throws IOException {
    RepositoryName repository = repository();
    byte[] sound = write.body().bytes();
    String address = address(write, repository);
    Set<String> before = stored(repository);
    try (Socket socket = new Socket(base.getHost(), base.getPort())) {
      StringBuilder head = new StringBuilder();
      head.append(write.method() + " " + address.replaceFirst("^https?://[^/]+", ""))
          .append(" HTTP/1.1\r\nHost: x\r\nContent-Length: " + sound.length + "\r\n")
          .append("Authorization: " + basic(token(repository, Scope.PUSH)) + "\r\n");
      write.body().headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      OutputStream out = socket.getOutputStream();
      out.write((head + "\r\n").getBytes(StandardCharsets.UTF_8));
      out.write(sound, 0, sound.length - 1);
      out.flush();
    }
    // A write that comes after it is taken: the broken one is over by then or never will be.
    assertThat(send(write, address, basic("x")).statusCode()).isEqualTo(401);
    await().during(java.time.Duration.ofMillis(300)).until(() -> stored(repository).equals(before));
    assertThat(spooled()).isEmpty();
  }

  private static List<Path> spooled() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("target", "spool"))) {
      return files.toList();
    }
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void aDiskThatTakesNothingIsNotTheClientsFault(WritePath write) throws IOException {
    if (!write.body().isSpooled()) {
      return;
    }
    RepositoryName repository = repository();
    String token = basic(token(repository, Scope.PUSH));
    String address = address(write, repository);
    Set<String> before = stored(repository);
    Path spool = Path.of("target", "spool");
    Path away = Files.move(spool, spool.resolveSibling("spool-away"));
    try {
      HttpResponse<String> answer = send(write, address, token);
      assertThat(answer.statusCode()).as(write.name()).isEqualTo(503);
      assertThat(answer.headers().firstValue("Retry-After")).contains("30");
    } finally {
      Files.move(away, spool);
    }
    assertThat(stored(repository)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("writes")
  void aStoreThatIsAwayIsWorthAnotherTry(WritePath write) {
    RepositoryName repository = repository();
    String token = basic(token(repository, Scope.PUSH));
    String address = address(write, repository);
    Set<String> before = stored(repository);
    HttpResponse<String> answer;
    ((TestStore) store).away(true);
    try {
      answer = send(write, address, token);
    } finally {
      ((TestStore) store).away(false);
    }
    if (answer.statusCode() == 202 && write.body().isEmpty()) {
      return; // to begin an upload asks the store nothing
    }
    assertThat(answer.statusCode()).as(write.name() + ": " + answer.body()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).as(write.name()).isPresent();
    assertThat(stored(repository)).isEqualTo(before);
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void whatIsSoundIsTaken(WritePath write) {
    RepositoryName repository = repository();
    String address = address(write, repository);
    Set<String> before = stored(repository);

    HttpResponse<String> answer = send(write, address, basic(token(repository, Scope.PUSH)));

    assertThat(answer.statusCode()).as(write.name() + ": " + answer.body()).isBetween(200, 299);
    if (!write.method().equals("PATCH")) { // a piece of a layer is nothing yet
      assertThat(stored(repository)).as(write.name()).hasSizeGreaterThan(before.size());
    }
  }

  /** What was taken is signed, whatever its client was told: his next try is no other push. */
  @ParameterizedTest
  @MethodSource("bodies")
  void whoWasToldToTryAgainIsAnsweredWhenHeDoes(WritePath write) {
    RepositoryName repository = repository();
    String token = basic(token(repository, Scope.PUSH));
    String address = address(write, repository);
    HttpResponse<String> lost;
    InMemoryBeans.brokerAway = true;
    try {
      lost = send(write, address, token);
    } finally {
      InMemoryBeans.brokerAway = false;
    }
    if (lost.statusCode() < 300) {
      return; // signers are not told of this
    }
    assertThat(lost.statusCode()).as(write.name()).isEqualTo(503);

    int others = send(write, address, basic(token(repository, Scope.PUSH))).statusCode();
    HttpResponse<String> again = send(write, address, token);
    int later = send(write, address, token).statusCode();

    assertThat(again.statusCode()).as(write.name() + ": " + again.body()).isBetween(200, 299);
    boolean idempotent = others < 300 && later < 300;
    assertThat(idempotent || others == 409 && later == 409)
        .as("%s: another's push %d, one that was answered %d", write.name(), others, later)
        .isTrue();
  }

  /** What is no text is nobody's fault but the client's: another try is not worth it. */
  @ParameterizedTest
  @MethodSource("writes")
  void anAddressThatIsNoTextIsRefused(WritePath write) {
    RepositoryName repository = repository();
    String token = basic(token(repository, Scope.ADMIN));
    String address = address(write, repository);
    for (String wrong : List.of("%00", "%0a", "%7F", "%ff", "%ed%a0%80")) {
      String query = address + (address.contains("?") ? "&" : "?") + "last=" + wrong;
      String path = address.replaceFirst("\\?.*", "") + wrong;

      assertThat(send(write, query, token).statusCode()).as(query).isEqualTo(400);
      assertThat(send(write, path, token).statusCode()).as(path).isEqualTo(400);
      assertThat(get(path, token)).as(path).isEqualTo(400);
      assertThat(get(query, token)).as(query).isEqualTo(400);
    }
  }

  private int get(String address, String authorization) {
    return given()
        .header("Authorization", authorization)
        .urlEncodingEnabled(false)
        .get(address)
        .statusCode();
  }

  /** Walks the routes: a method that writes is tried above, or named here. */
  @Test
  void everyResourceThatWritesIsTried() throws Exception {
    Set<String> tried = new TreeSet<>(NOT_STORING);
    ServiceLoader.load(WritePaths.class)
        .forEach(p -> p.paths().forEach(w -> tried.add(p.resource() + " " + w.method())));
    Set<String> writing = new TreeSet<>();
    for (Path classes : edges()) {
      try (Stream<Path> files = Files.walk(classes)) {
        for (Path file :
            files
                .filter(
                    f ->
                        f.toString().endsWith("Resource.class")
                            || f.toString().endsWith("Endpoint.class"))
                .toList()) {
          String name =
              classes.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
          if (!tried.contains(name)) {
            writes(Class.forName(name)).forEach(method -> writing.add(name + " " + method));
          }
        }
      }
    }
    assertThat(writing).isNotEmpty().isSubsetOf(tried);
  }

  /** What was built of all edges, whichever there are, and the one that is only in tests. */
  private static List<Path> edges() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      return Stream.concat(
              modules.map(module -> module.resolve("target").resolve("classes")),
              Stream.of(Path.of("target", "test-classes")))
          .filter(Files::isDirectory)
          .toList();
    }
  }

  private static Stream<String> writes(Class<?> resource) {
    List<Class<? extends Annotation>> methods =
        List.of(PUT.class, POST.class, PATCH.class, DELETE.class);
    return Arrays.stream(resource.getDeclaredMethods())
        .flatMap(m -> methods.stream().filter(m::isAnnotationPresent))
        .map(Class::getSimpleName);
  }
}
