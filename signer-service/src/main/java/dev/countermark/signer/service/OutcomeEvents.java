package dev.countermark.signer.service;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.PackageRefused;
import dev.countermark.contracts.Events.PackageResynced;
import dev.countermark.contracts.Events.PackageSigned;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.InForce;
import dev.countermark.contracts.ResyncResult;
import dev.countermark.signing.DeadLetter;
import dev.countermark.signing.SigningOutcome;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The events of an outcome. The id of an event is made from the fact that it tells, so whoever
 * receives it twice can see that; facts begin with format and repository, because many may hold the
 * same file.
 */
final class OutcomeEvents {
  /**
   * @param key the Kafka key
   */
  record Keyed(String key, CloudEvent event) {}

  private final Clock clock;

  OutcomeEvents(Clock clock) {
    this.clock = clock;
  }

  /** The contained packages first, the requested one last. */
  List<Keyed> of(PackageRequest request, SigningOutcome<SignedArtifact> outcome) {
    List<Keyed> events = new ArrayList<>();
    if (outcome instanceof SigningOutcome.Signed<SignedArtifact> signed) {
      signed.contained().forEach(m -> events.add(signed(request.format(), m, true)));
      events.add(signed(request.format(), signed.result(), true));
    } else if (outcome instanceof SigningOutcome.AlreadySigned<SignedArtifact> already) {
      already.contained().forEach(m -> events.add(signed(request.format(), m, true)));
      events.add(signed(request.format(), already.result(), false));
    } else if (outcome instanceof SigningOutcome.Refused<SignedArtifact> refused) {
      events.add(refused(request, refused));
    }
    request.campaign().ifPresent(campaign -> events.add(resynced(request, campaign, outcome)));
    return events;
  }

  /** That a request of a campaign was given up. */
  Keyed deadLettered(PackageRequest request, String campaign, DeadLetter letter) {
    return resynced(
        request,
        data(
            request,
            campaign,
            ResyncResult.DEAD_LETTERED,
            Optional.of(new Why(letter.code().name(), letter.detail()))));
  }

  private Keyed resynced(
      PackageRequest request, String campaign, SigningOutcome<SignedArtifact> outcome) {
    if (outcome instanceof SigningOutcome.Signed<SignedArtifact> signed) {
      return resynced(request, data(request, campaign, ResyncResult.CHANGED, signed.result()));
    }
    if (outcome instanceof SigningOutcome.AlreadySigned<SignedArtifact> already) {
      return resynced(request, data(request, campaign, ResyncResult.UNCHANGED, already.result()));
    }
    if (outcome instanceof SigningOutcome.Refused<SignedArtifact> refused) {
      Why why = new Why(refused.reason().name(), refused.detail());
      return resynced(request, data(request, campaign, ResyncResult.REFUSED, Optional.of(why)));
    }
    return resynced(request, data(request, campaign, ResyncResult.SKIPPED, Optional.empty()));
  }

  private record Why(String code, String detail) {}

  private static PackageResynced data(
      PackageRequest request, String campaign, ResyncResult result, Optional<Why> why) {
    return new PackageResynced(
        request.repository(),
        request.name(),
        request.digest(),
        campaign,
        result,
        why.map(Why::code),
        why.map(Why::detail),
        Optional.empty());
  }

  private static PackageResynced data(
      PackageRequest request, String campaign, ResyncResult result, SignedArtifact by) {
    InForce now = new InForce(by.keyVersion(), by.fingerprint(), by.signedAt(), by.artifacts());
    return new PackageResynced(
        request.repository(),
        request.name(),
        request.digest(),
        campaign,
        result,
        Optional.empty(),
        Optional.empty(),
        Optional.of(now.id()));
  }

  private Keyed resynced(PackageRequest request, PackageResynced what) {
    Format<?, ?> format = request.format();
    return new Keyed(
        format.eventKey(request.repository(), request.name(), request.digest()),
        CloudEvent.of(
            CloudEvent.id(
                PackageResynced.TYPE,
                format,
                request.repository(),
                request.name(),
                request.digest(),
                what.campaign()),
            source(format),
            PackageResynced.TYPE,
            request.purl(),
            clock.instant(),
            what));
  }

  private static Keyed signed(Format<?, ?> format, SignedArtifact m, boolean changed) {
    String id =
        CloudEvent.id(
            PackageSigned.TYPE,
            format,
            m.repository(),
            m.name(),
            m.digest(),
            Integer.toString(m.keyVersion()),
            m.fingerprint(),
            String.join(",", m.artifacts()));
    return new Keyed(
        format.eventKey(m.repository(), m.name(), m.digest()),
        CloudEvent.of(
            id,
            source(format),
            PackageSigned.TYPE,
            format.purl(m.repository(), m.name(), m.digest()),
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

  private Keyed refused(PackageRequest request, SigningOutcome.Refused<SignedArtifact> refused) {
    Format<?, ?> format = request.format();
    String id =
        CloudEvent.id(
            PackageRefused.TYPE,
            format,
            request.repository(),
            request.name(),
            request.digest(),
            refused.reason().name(),
            refused.detail());
    return new Keyed(
        format.eventKey(request.repository(), request.name(), request.digest()),
        CloudEvent.of(
            id,
            source(format),
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

  private static String source(Format<?, ?> format) {
    return "/signer-" + format.label();
  }
}
