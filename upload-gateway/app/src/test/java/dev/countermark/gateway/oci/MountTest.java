package dev.countermark.gateway.oci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.oci.Registry.Answer;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Blobs from another name, without sending them again. */
@QuarkusTest
class MountTest extends RegistryTestBase {
  private static final byte[] CONTENT = random(20_000, 1);

  /** How the source got the blob: so it is stored. */
  private enum Sent {
    /** With its digest. */
    AT_ONCE,
    /** Before its digest. */
    STREAMED;

    String to(Repository repository, byte[] content) {
      return this == AT_ONCE
          ? repository.pusher.upload(repository.name, content)
          : repository.pusher.stream(repository.name, content);
    }
  }

  private Answer mount(Registry caller, Repository target, String digest, String from) {
    return caller.send(
        "POST",
        target.uploads()
            + "?mount="
            + Registry.encoded(digest)
            + (from == null ? "" : "&from=" + Registry.encoded(from)),
        Registry.NOTHING);
  }

  private void assertUpload(Answer answer, Repository target, String digest) {
    assertThat(answer.is(202).location()).startsWith(target.uploads());
    admin().head(target.blobs(digest)).is(404);
    target
        .pusher
        .send("PUT", Registry.with(answer.location(), digest), Registry.bytes(CONTENT))
        .is(201);
  }

  @ParameterizedTest
  @EnumSource
  void whoMayReadTheSourceMounts(Sent sent) {
    Repository source = repository();
    Repository target = repository();
    String digest = sent.to(source, CONTENT);

    mount(admin(), target, digest, source.name)
        .is(201)
        .has("Location", target.blobs(digest))
        .has("Docker-Content-Digest", digest);

    assertThat(target.reader.get(target.blobs(digest)).is(200).body()).isEqualTo(CONTENT);
    source.pusher.head(source.blobs(digest)).is(200);
  }

  @ParameterizedTest
  @EnumSource
  void theBlobOutlivesItsSource(Sent sent) {
    Repository source = repository();
    Repository target = repository();
    byte[] content = random(20_000, 10 + sent.ordinal());
    String digest = sent.to(source, content);
    mount(admin(), target, digest, source.name).is(201);

    admin().delete(source.blobs(digest)).is(202);
    settled();

    assertThat(target.reader.get(target.blobs(digest)).is(200).body()).isEqualTo(content);
    admin().delete(target.blobs(digest)).is(202);
    settled();
    String hex = digest.substring("sha256:".length());
    assertThat(keys("")).noneMatch(k -> k.contains(hex));
  }

  @ParameterizedTest
  @EnumSource
  void mountingTwiceIsMountingOnce(Sent sent) {
    Repository source = repository();
    Repository target = repository();
    String digest = sent.to(source, CONTENT);

    mount(admin(), target, digest, source.name).is(201);
    mount(admin(), target, digest, source.name).is(201);

    assertThat(target.reader.get(target.blobs(digest)).is(200).body()).isEqualTo(CONTENT);
  }

  @Test
  void aBlobOfAnotherDigestThanSha256IsMountedToo() {
    Repository source = repository();
    Repository target = repository();
    String digest = Registry.digest("sha512", CONTENT);
    source
        .pusher
        .send(
            "POST",
            source.uploads() + "?digest=" + Registry.encoded(digest),
            Registry.bytes(CONTENT))
        .is(201);

    mount(admin(), target, digest, source.name).is(201);

    assertThat(target.reader.get(target.blobs(digest)).is(200).body()).isEqualTo(CONTENT);
  }

  @Test
  void withinOneRepositoryItsOwnTokenIsEnough() {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.path + "/base", CONTENT);

    mount(repository.pusher, repository, digest, repository.path + "/base").is(201);
  }

  @Test
  void fromAPublicRepositoryEverybodyMounts() {
    Repository source = repository("{\"anonymousPull\":true}");
    Repository target = repository();
    String digest = source.pusher.upload(source.name, CONTENT);

    mount(target.pusher, target, digest, source.name).is(201);
  }

  @ParameterizedTest
  @EnumSource
  void whoMayNotReadTheSourceUploads(Sent sent) {
    Repository source = repository();
    Repository target = repository();
    String digest = sent.to(source, CONTENT);

    assertUpload(mount(target.pusher, target, digest, source.name), target, digest);
  }

  @Test
  void anUnknownSourceLooksLikeAForbiddenOne() {
    Repository target = repository();
    String digest = Registry.digest("sha256", CONTENT);

    for (String from : new String[] {"oci-test/none/web", target.name, "x", "UPPER/x", "", null}) {
      assertThat(mount(target.pusher, target, digest, from).is(202).location())
          .startsWith(target.uploads());
    }
    assertUpload(mount(target.pusher, target, digest, null), target, digest);
  }

  @Test
  void aReaderDoesNotMount() {
    Repository repository = repository();
    String digest = repository.pusher.upload(repository.path + "/base", CONTENT);

    mount(repository.reader, repository, digest, repository.path + "/base")
        .isRefused(403, "DENIED");
    repository.reader.head(repository.blobs(digest)).is(404);
  }

  @Test
  void aSmallBlobIsMountedToo() {
    Repository repository = repository();
    byte[] small = random(100, 2);
    String digest = repository.pusher.upload(repository.path + "/base", small);

    mount(repository.pusher, repository, digest, repository.path + "/base").is(201);

    assertThat(repository.reader.get(repository.blobs(digest)).is(200).body()).isEqualTo(small);
  }
}
