package dev.countermark.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Events.PackageUploaded;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.auth.Scope;
import dev.countermark.gateway.auth.Tokens;
import dev.countermark.gateway.events.Reconcilers;
import dev.countermark.gateway.kit.WritePaths;
import dev.countermark.gateway.kit.WritePaths.WritePath;
import dev.countermark.gateway.repositories.Repositories;
import dev.countermark.gateway.wiring.InMemoryBeans.TestStore;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A push whose process ends between the record and the look at the repository, which is deleted and
 * made again meanwhile: in every format its package is nothing of the next repository.
 */
@QuarkusTest
class LateWriteTest {
  private final HttpClient http = HttpClient.newHttpClient();

  @Inject BlobStore store;
  @Inject Tokens tokens;
  @Inject Repositories repositories;

  @TestHTTPResource("/")
  URI base;

  @AfterEach
  void goOn() {
    ((TestStore) store).away(false);
  }

  /** A record that was left, and how to push the same package again. */
  private record Left<R extends PackageRecord<R>>(
      Format<R, ?> format, RepositoryName repository, WritePath write) {
    List<String> keys(BlobStore store) {
      return store.list(format.prefix(repository), "", 100).entries().stream()
          .map(BlobStore.Entry::key)
          .filter(format::isRecord)
          .toList();
    }

    Optional<R> found(BlobStore store) {
      return keys(store).stream()
          .findFirst()
          .flatMap(key -> new Records(store).read(key, format.recordType()));
    }
  }

  /** Of every format one at least. */
  private void forEachLeft(String owner, Consumer<Left<?>> test) {
    Set<String> seen = new TreeSet<>();
    List<WritePath> writes =
        ServiceLoader.load(WritePaths.class).stream()
            .flatMap(p -> p.get().paths().stream())
            .filter(w -> !w.body().isEmpty() && w.after().isEmpty())
            .toList();
    for (int i = 0; i < writes.size(); i++) {
      RepositoryName name = RepositoryName.of(owner + "/r" + i);
      repositories.findOrCreate(name);
      ((TestStore) store).awayBehindRecord();
      int status = send(writes.get(i), name, tokens(name));
      ((TestStore) store).away(false);
      for (Format<?, ?> format : Formats.all()) {
        Left<?> left = new Left<>(format, name, writes.get(i));
        if (!left.keys(store).isEmpty()) {
          assertThat(status).as(writes.get(i).name()).isGreaterThanOrEqualTo(500);
          seen.add(format.label());
          makeAgain(name);
          test.accept(left);
        }
      }
    }
    assertThat(seen)
        .isEqualTo(Formats.all().stream().map(Format::label).collect(Collectors.toSet()));
  }

  private String tokens(RepositoryName name) {
    return tokens
        .create(Optional.of(name), Tokens.Order.of(name, EnumSet.of(Scope.PUSH)), "test")
        .text();
  }

  /** As if the record had been written when the deletion was done. */
  private void makeAgain(RepositoryName name) {
    new Records(store)
        .update(
            ObjectKeys.repository(name),
            RepositoryRecord.class,
            old -> old.map(r -> new RepositoryRecord(1, name, r.createdAt().plusMillis(1))));
    repositories.forget(name);
  }

  private int send(WritePath write, RepositoryName repository, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(write.address().apply(repository.toString())))
            .method(write.method(), HttpRequest.BodyPublishers.ofByteArray(write.body().bytes()))
            .header(
                "Authorization",
                "Basic "
                    + Base64.getEncoder()
                        .encodeToString(("ci:" + token).getBytes(StandardCharsets.UTF_8)));
    write.body().headers().forEach(request::header);
    try {
      return http.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new UncheckedIOException(write.name(), e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void itIsTakenAwayInsteadOfToldOf() {
    List<PackageUploaded> told = new ArrayList<>();
    Clock soon = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
    forEachLeft(
        "late-told",
        left -> {
          Reconcilers.afterADeath(store, (format, upload) -> told.add(upload), soon).reconcile();

          assertThat(told).noneMatch(upload -> upload.repository().equals(left.repository()));
          assertThat(left.keys(store)).as(left.write().name()).isEmpty();
        });
  }

  @Test
  void itIsNotInTheWayOfThatVeryPackage() {
    forEachLeft(
        "late-again",
        left -> {
          assertThat(send(left.write(), left.repository(), tokens(left.repository())))
              .as(left.write().name())
              .isBetween(200, 299);

          RepositoryRecord now = repositories.find(left.repository()).orElseThrow();
          assertThat(left.found(store))
              .hasValueSatisfying(
                  record -> assertThat(record.repositoryCreatedAt()).contains(now.createdAt()));
        });
  }
}
