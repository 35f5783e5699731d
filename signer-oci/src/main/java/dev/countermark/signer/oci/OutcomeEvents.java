package dev.countermark.signer.oci;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.signing.SigningOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What the world is told about an outcome. The id of an event is made from the fact that it tells,
 * so whoever receives it twice can see that.
 */
final class OutcomeEvents {
  private static final String SOURCE = "/signer-oci";

  /**
   * @param key the Kafka key
   */
  record Keyed(String key, CloudEvent event) {}

  private final Clock clock;

  OutcomeEvents(Clock clock) {
    this.clock = clock;
  }

  /** The contained manifests first, the requested one last. */
  List<Keyed> of(OciSigningRequest request, SigningOutcome<SignedManifest> outcome) {
    List<Keyed> events = new ArrayList<>();
    if (outcome instanceof SigningOutcome.Signed<SignedManifest> signed) {
      signed.contained().forEach(m -> events.add(signed(m, true)));
      events.add(signed(signed.result(), true));
    } else if (outcome instanceof SigningOutcome.AlreadySigned<SignedManifest> already) {
      already.contained().forEach(m -> events.add(signed(m, true)));
      events.add(signed(already.result(), false));
    } else if (outcome instanceof SigningOutcome.Refused<SignedManifest> refused) {
      events.add(refused(request, refused));
    }
    return events;
  }

  private static Keyed signed(SignedManifest m, boolean changed) {
    String fact =
        String.join(
            "\n",
            m.name(),
            m.digest(),
            Integer.toString(m.keyVersion()),
            m.fingerprint(),
            String.join(",", m.artifacts()));
    return new Keyed(
        Events.ociKey(m.name(), m.digest()),
        CloudEvent.of(
            id(PackageSigned.TYPE, fact),
            SOURCE,
            PackageSigned.TYPE,
            Events.ociPurl(m.name(), m.digest()),
            m.signedAt(),
            new PackageSigned(
                m.repository(),
                m.name(),
                m.digest(),
                m.keyVersion(),
                m.fingerprint(),
                m.acceptedAt(),
                m.signedAt(),
                m.artifacts(),
                changed)));
  }

  private Keyed refused(OciSigningRequest request, SigningOutcome.Refused<SignedManifest> refused) {
    String fact = String.join("\n", request.name(), request.digest(), refused.reason().name());
    return new Keyed(
        Events.ociKey(request.name(), request.digest()),
        CloudEvent.of(
            id(PackageRefused.TYPE, fact),
            SOURCE,
            PackageRefused.TYPE,
            request.purl(),
            clock.instant(),
            new PackageRefused(
                request.repository(),
                request.name(),
                request.digest(),
                refused.reason(),
                refused.detail())));
  }

  private static String id(String type, String fact) {
    return UUID.nameUUIDFromBytes((type + "\n" + fact).getBytes(StandardCharsets.UTF_8)).toString();
  }
}
