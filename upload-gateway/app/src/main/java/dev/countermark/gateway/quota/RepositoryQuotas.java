package dev.countermark.gateway.quota;

import dev.countermark.contracts.RepositoryRecord;
import dev.countermark.gateway.inventory.Inventories;
import dev.countermark.gateway.inventory.Usage;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.kit.Quotas;
import java.util.Optional;

/**
 * Counts what lies in a repository, each time anew: there is no counter that could be wrong after a
 * crash. What is on its way at the same time is not counted yet, so that some pushes at once can be
 * more than there is room for; while nobody knows what lies there, everything is let in.
 */
public final class RepositoryQuotas implements Quotas {
  private final Inventories inventories;
  private final GatewayFormats formats;

  public RepositoryQuotas(Inventories inventories, GatewayFormats formats) {
    this.inventories = inventories;
    this.formats = formats;
  }

  /** What lies in a repository; empty while that is not known. */
  public Optional<Usage> usage(RepositoryRecord repository) {
    Usage all = Usage.NONE;
    for (GatewayFormat<?, ?> format : formats.all()) {
      Optional<Usage> one = inventories.usage(format, repository);
      if (one.isEmpty()) {
        return one;
      }
      all = all.plus(one.get());
    }
    return Optional.of(all);
  }

  @Override
  public Optional<String> refusal(RepositoryRecord repository, long bytes) {
    Quota quota = Quota.of(repository);
    return quota.isNone()
        ? Optional.empty()
        : usage(repository).flatMap(used -> refusal(repository, quota, used, Math.max(1, bytes)));
  }

  private static Optional<String> refusal(
      RepositoryRecord repository, Quota quota, Usage used, long bytes) {
    if (quota.packages().filter(most -> used.packages() >= most).isPresent()) {
      return Optional.of(
          "The quota of "
              + repository.repository()
              + " is "
              + quota.packages().get()
              + " packages, and it has "
              + used.packages()
              + ": delete some of them");
    }
    if (quota.bytes().filter(most -> bytes > most - used.bytes()).isPresent()) {
      return Optional.of(
          "The quota of "
              + repository.repository()
              + " is "
              + quota.bytes().get()
              + " bytes, of which "
              + used.bytes()
              + " are used: there is no room for "
              + bytes
              + " more");
    }
    return Optional.empty();
  }
}
