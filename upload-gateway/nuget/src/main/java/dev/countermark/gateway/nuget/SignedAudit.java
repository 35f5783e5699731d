package dev.countermark.gateway.nuget;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.nuget.view.SearchIndexes;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Looks whether every visible version is signed by a listed certificate, before clients are told
 * that it is: they refuse all others from then on. It is so by construction; this looks all the
 * same, and what is not proven is not said.
 */
final class SignedAudit {
  private static final Logger LOG = Logger.getLogger(SignedAudit.class);
  private static final Duration FRESH = Duration.ofMinutes(1);
  private static final long UNKNOWN = -1;

  private final SearchIndexes packages;
  private final SigningCertificates certificates;
  private final MeterRegistry meters;
  private final ConcurrentMap<RepositoryName, AtomicLong> gauges = new ConcurrentHashMap<>();
  private final LoadingCache<RepositoryName, Long> strangers;

  SignedAudit(
      SearchIndexes packages,
      SigningCertificates certificates,
      MeterRegistry meters,
      Executor background) {
    this.packages = packages;
    this.certificates = certificates;
    this.meters = meters;
    this.strangers =
        Caffeine.newBuilder()
            .maximumSize(10_000)
            .refreshAfterWrite(FRESH)
            .executor(background)
            .build(this::count);
  }

  /** Whether all visible versions are known to be signed by a listed certificate. */
  boolean allSigned(RepositoryName repository) {
    return strangers.get(repository) == 0;
  }

  private long count(RepositoryName repository) {
    Set<String> listed =
        certificates.of(repository).stream()
            .map(SigningCertificates.Entry::fingerprint)
            .collect(Collectors.toSet());
    long found = packages.count(repository, v -> !listed.contains(v.certificate()));
    if (found > 0) {
      LOG.errorf(
          "%d visible packages of %s are not signed by a listed certificate: ask for a resync",
          found, repository);
    }
    gauges
        .computeIfAbsent(
            repository,
            r ->
                meters.gauge(
                    "countermark.nuget.unsigned.visible.versions",
                    Tags.of("repository", r.toString()),
                    new AtomicLong(UNKNOWN)))
        .set(found);
    return found;
  }
}
