package dev.countermark.signer.service;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.Refusal;
import dev.countermark.contracts.RefusalNote;
import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.contracts.State;
import dev.countermark.signer.service.SignerFormat.Containers;
import dev.countermark.signing.FormatSigner;
import dev.countermark.signing.Lane;
import dev.countermark.signing.SigningOutcome;
import dev.countermark.signing.SigningOutcome.AlreadySigned;
import dev.countermark.signing.SigningOutcome.Exempt;
import dev.countermark.signing.SigningOutcome.Exempt.Why;
import dev.countermark.signing.SigningOutcome.Refused;
import dev.countermark.signing.SigningOutcome.Signed;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Brings the signatures of one package up to date: reads its record, believes nothing but what it
 * finds there, has its format make what is missing, and stores that in the same record with one
 * compare-and-set. A second run changes no byte.
 *
 * @param <R> the format's package records
 * @param <S> the format's settings of a repository
 */
public final class RecordSigner<R extends PackageRecord<R>, S>
    implements FormatSigner<PackageRequest, SignedArtifact> {
  private static final int STRIPES = 512;

  private final SignerFormat<R, S> signer;
  private final Format<R, S> format;
  private final Optional<Containers<R>> containers;
  private final Records records;
  private final RepositorySettings repositories;
  private final Clock clock;
  private final List<Lock> stripes = new ArrayList<>();

  public RecordSigner(
      SignerFormat<R, S> signer, Records records, RepositorySettings repositories, Clock clock) {
    this.signer = signer;
    this.format = signer.format();
    this.containers = signer.containers();
    this.records = records;
    this.repositories = repositories;
    this.clock = clock;
    for (int i = 0; i < STRIPES; i++) {
      stripes.add(new ReentrantLock());
    }
  }

  @Override
  public SigningOutcome<SignedArtifact> sign(PackageRequest request) {
    return repositories
        .of(request.repository(), request.lane())
        .map(r -> new Visit(request, r).outcome())
        .orElseGet(() -> new Exempt<>(Why.GONE));
  }

  /** One request: the package and, when it is a container, everything in it. */
  private final class Visit {
    private final PackageRequest request;
    private RepositoryRecord repository;
    private S settings;
    private final Set<String> seen = new HashSet<>();

    /** Containers from a package down to the deepest: 0 of one that is none. */
    private final Map<String, Integer> heights = new HashMap<>();

    private final Set<String> refused = new HashSet<>();
    private final List<SignedArtifact> contained = new ArrayList<>();

    Visit(PackageRequest request, RepositoryRecord repository) {
      this.request = request;
      in(repository);
    }

    private void in(RepositoryRecord now) {
      repository = now;
      settings = now.settings(format);
    }

    /**
     * Whether a record was let into the repository that there is. What was written late, into one
     * that was deleted, is left where the next one of that name has its packages.
     */
    private boolean isOfRepository(R record) {
      if (!record.isOf(repository)) {
        // The other one may be the one that is remembered.
        repositories.afresh(request.repository()).ifPresent(this::in);
      }
      return record.isOf(repository);
    }

    SigningOutcome<SignedArtifact> outcome() {
      SigningOutcome<SignedArtifact> own;
      try {
        own = visit(request.digest(), 1);
      } catch (TooLargeException e) {
        Look look = new Look(request.digest());
        look.tooLarge = Optional.of(e.getMessage());
        own = look.update();
      }
      if (own instanceof Signed<SignedArtifact> signed) {
        return new Signed<>(signed.result(), contained);
      }
      return own instanceof AlreadySigned<SignedArtifact> already
          ? new AlreadySigned<>(already.result(), contained)
          : own;
    }

    private SigningOutcome<SignedArtifact> visit(String digest, int depth)
        throws TooLargeException {
      if (containers.isPresent() && seen.add(digest) && seen.size() > containers.get().count()) {
        throw new TooLargeException("more than " + containers.get().count() + " packages in one");
      }
      Look first = new Look(digest);
      SigningOutcome<SignedArtifact> outcome = first.update();
      if (first.within.isPresent()) {
        outcome = container(digest, first.within.get(), depth);
      } else {
        heights.put(digest, 0);
      }
      if (outcome instanceof Refused<SignedArtifact>) {
        refused.add(digest);
      }
      return outcome;
    }

    /** What is in it comes first, and is all signed, or it is not. */
    private SigningOutcome<SignedArtifact> container(String digest, List<String> within, int depth)
        throws TooLargeException {
      int most = containers.orElseThrow().depth();
      int height = 1;
      for (String inner : within) {
        if (depth > most) {
          break;
        }
        if (!seen.contains(inner)
            && visit(inner, depth + 1) instanceof Signed<SignedArtifact> signed) {
          contained.add(signed.result());
        }
        height = Math.max(height, 1 + heights.get(inner));
      }
      heights.put(digest, height);
      if (depth - 1 + height > most) {
        throw new TooLargeException("more than " + most + " packages in each other");
      }
      Look second = new Look(digest);
      second.isDoneWithin = true;
      second.refusedWithin = within.stream().filter(refused::contains).findFirst();
      return second.update();
    }

    /** One look at one record, repeated when somebody else changed it meanwhile. */
    private final class Look {
      private final String digest;
      private final String key;
      private Optional<String> tooLarge = Optional.empty();
      private boolean isDoneWithin;
      private Optional<String> refusedWithin = Optional.empty();

      /** What a container lists, when that must be signed first. */
      private Optional<List<String>> within = Optional.empty();

      private SigningOutcome<SignedArtifact> outcome;

      Look(String digest) {
        this.digest = digest;
        // Names and digests come from events and packages, and become keys.
        this.key =
            format
                .recordKey(request.repository(), request.name(), digest)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException("no name of " + format.label() + " packages"));
      }

      SigningOutcome<SignedArtifact> update() {
        if (containers.isEmpty()) {
          records.update(key, format.recordType(), this::decide);
          return outcome;
        }
        // A package's own event often comes while its container is looked at: the second one would
        // make the same signatures and lose the race.
        Lock stripe = stripes.get(Math.floorMod(key.hashCode(), STRIPES));
        stripe.lock();
        try {
          records.update(key, format.recordType(), this::decide);
        } finally {
          stripe.unlock();
        }
        return outcome;
      }

      private Optional<R> decide(Optional<R> found) {
        within = Optional.empty();
        if (found.isEmpty() || found.get().state() == State.DELETED) {
          outcome = new Exempt<>(Why.GONE);
          return found;
        }
        R record = found.get();
        requireItself(record);
        if (!isOfRepository(record)) {
          outcome = new Exempt<>(Why.GONE);
          return found;
        }
        // An event is a hint: one of other content is of nothing that there is, whoever wrote it.
        if (!record.digest().equals(digest)) {
          outcome = new Exempt<>(Why.SUPERSEDED);
          return found;
        }
        if (record.neverSigned()) {
          outcome = new Exempt<>(Why.NEVER_SIGNED);
          return found;
        }
        // Whoever took a package back while its resync was queued has the last word, too.
        if (record.state() == State.REFUSED
            && (request.lane() == Lane.UPLOAD || record.isTakenBack())) {
          RefusalNote note = record.refusal().orElseThrow();
          outcome = new Refused<>(note.code(), note.detail());
          return found;
        }
        try {
          return Optional.of(upToDate(record));
        } catch (Failure.Permanent e) {
          outcome = new Refused<>(e.code(), e.getMessage());
          return Optional.of(refused(record, e));
        }
      }

      private R upToDate(R record) {
        if (tooLarge.isPresent()) {
          throw new Failure.Permanent(Refusal.TOO_LARGE, tooLarge.get());
        }
        if (!isDoneWithin) {
          within = containers.flatMap(c -> c.contained().apply(record));
          if (within.isPresent()) {
            return record;
          }
        }
        if (refusedWithin.isPresent()) {
          throw new Failure.Permanent(
              Refusal.MALFORMED_PACKAGE,
              "it contains " + refusedWithin.get() + ", which is refused");
        }
        R after = signer.upToDate(record, settings, request);
        if (after.state() == State.EXEMPT) {
          outcome = new Exempt<>(Why.NEVER_SIGNED);
        } else if (after.equals(record)) {
          outcome = new AlreadySigned<>(SignedArtifact.of(after), List.of());
        } else {
          outcome = new Signed<>(SignedArtifact.of(after), List.of());
        }
        return after;
      }

      /** Its own coordinates lead to it, or somebody put it there. */
      private void requireItself(R record) {
        boolean itself =
            format
                .recordKey(record.repository(), record.packageName(), record.digest())
                .filter(key::equals)
                .isPresent();
        if (!itself) {
          throw new IllegalStateException("the record " + key + " is that of something else");
        }
      }
    }
  }

  /** What is available stays so; the refusal is published all the same. */
  private R refused(R record, Failure.Permanent failure) {
    boolean known =
        record
            .refusal()
            .filter(n -> n.code() == failure.code() && n.detail().equals(failure.getMessage()))
            .isPresent();
    return known || record.state() == State.AVAILABLE
        ? record
        : record.refused(new RefusalNote(failure.code(), failure.getMessage(), clock.instant()));
  }

  private static final class TooLargeException extends Exception {
    TooLargeException(String message) {
      super(message);
    }
  }
}
