package dev.countermark.gateway.webhooks;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.letters.Letter;
import dev.countermark.gateway.letters.Letters;
import dev.countermark.gateway.webhooks.Deliveries.Target;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Makes dead letters of what no receiver took, and deliveries of those that are handed in again.
 */
final class Undeliverable implements Deliveries.Graveyard, Letters.Origin {
  private static final String CODE = "WEBHOOK_UNDELIVERABLE";

  /** In place of a topic, before the name of the webhook. */
  private static final String WEBHOOKS = "webhooks/";

  private final Supplier<Letters> letters;
  private final Supplier<Deliveries> deliveries;
  private final Clock clock;

  /** Each side knows the other: they are asked for when they are needed. */
  Undeliverable(Supplier<Letters> letters, Supplier<Deliveries> deliveries, Clock clock) {
    this.letters = letters;
    this.deliveries = deliveries;
    this.clock = clock;
  }

  @Override
  public void bury(Target target, String name, Delivery delivery, String why) {
    String topic = WEBHOOKS + target.repository() + "/" + target.webhook();
    // Of a name of its own: an event is given up once for each webhook.
    long place =
        UUID.nameUUIDFromBytes((topic + "/" + name).getBytes(StandardCharsets.UTF_8))
                .getMostSignificantBits()
            & Long.MAX_VALUE;
    letters
        .get()
        .keep(
            new Letter(
                Letter.id(givenUpAt(delivery), 0, place),
                clock.instant(),
                CODE,
                why,
                delivery.attempts(),
                new Letter.Source(topic, 0, 0),
                Optional.of(Bytes.utf8(name)),
                delivery.event(),
                true,
                Letter.About.of(delivery.cloudEvent(), letters.get().formats())));
  }

  /** The same whenever it is asked for again, after a crash before the delivery was forgotten. */
  private Instant givenUpAt(Delivery delivery) {
    Instant end = delivery.since().plus(Deliveries.GIVEN_UP_AFTER);
    return end.isAfter(clock.instant()) ? delivery.since() : end;
  }

  @Override
  public boolean isOf(Letter letter) {
    return target(letter).isPresent();
  }

  private static Optional<Target> target(Letter letter) {
    String[] parts = letter.source().topic().split("/", -1);
    return parts.length == 4 && letter.source().topic().startsWith(WEBHOOKS)
        ? RepositoryName.parse(parts[1] + "/" + parts[2]).map(r -> new Target(r, parts[3]))
        : Optional.empty();
  }

  /** What became of its webhook is looked at when it is sent. */
  @Override
  public void handIn(Letter letter) {
    Target target = target(letter).orElseThrow();
    // Else it would be given up again at once, as another letter.
    if (!deliveries.get().hasRoom(target)) {
      throw new Failure.Transient("too many events of the repository wait already", null);
    }
    String name = Delivery.name(letter.at(), 0, letter.id().hashCode() & Integer.MAX_VALUE);
    deliveries.get().take(target, letter.value(), name);
  }
}
