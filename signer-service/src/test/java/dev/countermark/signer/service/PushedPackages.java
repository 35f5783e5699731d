package dev.countermark.signer.service;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.RepositoryName;
import java.time.Instant;

/**
 * Small packages of a format, left in the store as its gateway leaves them: accepted, and not yet
 * signed. Nobody is told.
 *
 * @param <R> the format's record
 */
public interface PushedPackages<R> {
  /**
   * Where and when they are pushed.
   *
   * @param store of all packages
   */
  record Place(BlobStore store, RepositoryName repository, Instant at) {}

  /**
   * One that can be signed.
   *
   * @param number another one for each
   */
  R sound(Place place, int number);

  /** One that can never be signed as it is. */
  R hopeless(Place place);
}
