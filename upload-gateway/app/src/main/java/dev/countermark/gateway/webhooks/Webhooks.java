package dev.countermark.gateway.webhooks;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.RepositoryName;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/** The webhooks of repositories, as they lie in the store. */
public final class Webhooks {
  private static final Logger LOG = Logger.getLogger(Webhooks.class);

  /** Of one repository. */
  public static final int MOST = 10;

  private static final Pattern ID = Pattern.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}");

  /** Other gateways know so soon of what one made or deleted. */
  private static final Duration SEEN = Duration.ofSeconds(5);

  private static final int MOST_SEEN = 10_000;

  private final BlobStore store;
  private final Records records;
  private final byte[] secret;
  private final Clock clock;
  private final LoadingCache<RepositoryName, List<Webhook>> seen =
      Caffeine.newBuilder().maximumSize(MOST_SEEN).expireAfterWrite(SEEN).build(this::list);

  /**
   * @param secret the gateways' common one
   */
  Webhooks(BlobStore store, byte[] secret, Clock clock) {
    this.store = store;
    this.records = new Records(store);
    this.secret = secret.clone();
    this.clock = clock;
  }

  /**
   * What is wanted.
   *
   * @param events types; empty for all
   */
  public record Order(URI url, Set<String> events, Optional<String> description) {}

  /**
   * @param by who makes it
   */
  public Webhook create(RepositoryName repository, Order order, String by) {
    Webhook made =
        new Webhook(
            repository,
            UUID.randomUUID().toString(),
            order.url(),
            order.events(),
            order.description(),
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            by);
    records.create(ObjectKeys.webhook(repository, made.id()), made);
    seen.invalidate(repository);
    return made;
  }

  /** To be shown once, to whoever made it. */
  public String secret(Webhook webhook) {
    return secretOf(webhook).text();
  }

  WebhookSecret secretOf(Webhook webhook) {
    return WebhookSecret.of(secret, webhook.id());
  }

  public Optional<Webhook> find(RepositoryName repository, String id) {
    return ID.matcher(id).matches()
        ? records.read(ObjectKeys.webhook(repository, id), Webhook.class)
        : Optional.empty();
  }

  public WebhookState state(Webhook webhook) {
    return records
        .read(ObjectKeys.webhookState(webhook.repository(), webhook.id()), WebhookState.class)
        .orElse(WebhookState.NEW);
  }

  /** All of a repository. */
  public List<Webhook> list(RepositoryName repository) {
    List<Webhook> all = new ArrayList<>();
    for (BlobStore.Entry entry : store.list(ObjectKeys.webhooks(repository), "", 1_000).entries()) {
      try {
        records.read(entry.key(), Webhook.class).ifPresent(all::add);
      } catch (MalformedJsonException e) {
        LOG.warnf("%s cannot be read: %s", entry.key(), e.getMessage());
      }
    }
    return all;
  }

  /** The same, some seconds old. */
  List<Webhook> seen(RepositoryName repository) {
    return seen.get(repository);
  }

  /**
   * What it was not told yet it never will be.
   *
   * @return false when there was none
   */
  public boolean delete(RepositoryName repository, String id) {
    boolean found = find(repository, id).isPresent();
    if (found) {
      store.delete(ObjectKeys.webhook(repository, id));
      store.delete(ObjectKeys.webhookState(repository, id));
      seen.invalidate(repository);
    }
    return found;
  }
}
