package dev.countermark.signer.service;

import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How the packages of one format are signed: all that differs from one signer to the next. Reads
 * the record that it is given and what that names; whether there is such a package, and what
 * becomes of the answer, is {@link RecordSigner}'s.
 *
 * @param <R> its package records
 * @param <S> its settings of a repository
 */
public interface SignerFormat<R extends PackageRecord<R>, S> {
  Format<R, S> format();

  /**
   * Has the signatures made that are missing, and verifies them like a consumer would. Asked again
   * for every redelivery and after every lost race; answers the same bytes for the same record,
   * settings and request.
   *
   * @param record received, refused (in a resync only), available, or exempt but not for good
   * @param settings of its repository
   * @param request that led to it; names the package, or one that contains it
   * @return {@code record} when nothing is to be done; a record in state {@code EXEMPT} when the
   *     package is never signed; else the next generation with its signatures
   * @throws Failure.Permanent when it can never be signed as it is
   * @throws Failure.Transient when the store or the key service is away, or the key was just
   *     rotated
   * @throws IllegalStateException when what was made does not verify: a bug here or in the key
   *     service
   */
  R upToDate(R record, S settings, PackageRequest request);

  /** Present where packages contain others. */
  default Optional<Containers<R>> containers() {
    return Optional.empty();
  }

  /**
   * Packages that contain others, which are signed first: a container is never available before
   * them.
   *
   * @param contained digests of packages of the same name, in order; empty for a package that is no
   *     container. Fails with {@link Failure.Permanent} like {@link #upToDate}.
   * @param depth containers within each other, the outermost counted; more are refused
   * @param count packages of one request, the requested one counted; more are refused
   */
  record Containers<R>(Function<R, Optional<List<String>>> contained, int depth, int count) {}
}
