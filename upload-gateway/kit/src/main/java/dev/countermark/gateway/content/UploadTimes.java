package dev.countermark.gateway.content;

import java.time.Duration;

/**
 * How long an upload may last. Whoever deletes parts that no record names relies on these: after
 * {@link #LONGEST} no upload makes a record any more.
 */
public final class UploadTimes {
  /** No request may begin later than this after the upload's start. */
  public static final Duration LIFETIME = Duration.ofHours(20);

  /** No record is written later than this after the upload's start, however slow its last body. */
  public static final Duration LONGEST = Duration.ofHours(23);

  private UploadTimes() {}
}
