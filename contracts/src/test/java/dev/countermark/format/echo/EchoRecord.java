package dev.countermark.format.echo;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.contracts.Upload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One file. */
public record EchoRecord(
    long generation,
    RepositoryName repository,
    String name,
    Upload upload,
    Instant acceptedAt,
    State state,
    Optional<Signature> signature,
    Optional<RefusalNote> refusal,
    Optional<Instant> repositoryCreatedAt,
    Optional<String> pushedBy)
    implements PackageRecord<EchoRecord> {
  public EchoRecord {
    repositoryCreatedAt = repositoryCreatedAt == null ? Optional.empty() : repositoryCreatedAt;
    pushedBy = pushedBy == null ? Optional.empty() : pushedBy;
  }

  /**
   * @param value over the SHA-256 of the file, DER
   */
  public record Signature(int keyVersion, String fingerprint, Bytes value, Instant signedAt) {}

  public static EchoRecord received(
      RepositoryName repository, String name, Upload upload, Instant acceptedAt) {
    return new EchoRecord(
        1,
        repository,
        name,
        upload,
        acceptedAt,
        State.RECEIVED,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public EchoRecord into(RepositoryRecord into) {
    return with(generation, Optional.of(into.createdAt()), pushedBy);
  }

  @Override
  public EchoRecord pushedBy(String subject) {
    return with(generation, repositoryCreatedAt, Optional.of(subject));
  }

  /** The same name put again after a refusal: a later generation, never the same bytes. */
  public EchoRecord following(EchoRecord refused) {
    return with(refused.generation + 1, repositoryCreatedAt, pushedBy);
  }

  private EchoRecord with(long generation, Optional<Instant> into, Optional<String> by) {
    return new EchoRecord(
        generation, repository, name, upload, acceptedAt, state, signature, refusal, into, by);
  }

  @Override
  public String packageName() {
    return name;
  }

  @Override
  public String digest() {
    return upload.digest();
  }

  public EchoRecord signed(Signature by) {
    return next(State.AVAILABLE, Optional.of(by), Optional.empty());
  }

  @Override
  public EchoRecord refused(RefusalNote note) {
    return next(State.REFUSED, signature, Optional.of(note));
  }

  private EchoRecord next(State state, Optional<Signature> by, Optional<RefusalNote> note) {
    return new EchoRecord(
        generation + 1,
        repository,
        name,
        upload,
        acceptedAt,
        state,
        by,
        note,
        repositoryCreatedAt,
        pushedBy);
  }

  @Override
  public Stream<Part> parts() {
    return upload.parts().stream();
  }

  @Override
  public Optional<InForce> inForce() {
    return signature.map(
        s -> new InForce(s.keyVersion(), s.fingerprint(), s.signedAt(), List.of(digest())));
  }
}
