package dev.countermark.gateway.resync;

import dev.countermark.contracts.CloudEvent;
import dev.countermark.contracts.Events.ResyncRequested;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Json.MalformedJsonException;
import dev.countermark.gateway.kit.GatewayResources;
import dev.countermark.gateway.resync.CampaignOrder.SenselessException;
import dev.countermark.gateway.resync.Campaigns.TakenException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * Takes requests for campaigns from operators. One is acknowledged when it is in the store, and not
 * before: while the store is away it is tried again. What is no request is told in the log; one
 * that makes no sense becomes a campaign that is refused, so that whoever sent it finds out.
 */
@ApplicationScoped
class CampaignFeed {
  private static final Logger LOG = Logger.getLogger(CampaignFeed.class);
  private static final long AGAIN_SECONDS = 5;
  private static final int LARGEST = 64 << 10;

  private final Campaigns campaigns;
  private final ScheduledExecutorService coordination;

  CampaignFeed(Campaigns campaigns, GatewayResources resources) {
    this.campaigns = campaigns;
    this.coordination = resources.coordination();
  }

  @Incoming("resync-campaigns")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> requested(Message<byte[]> message) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    coordination.execute(() -> take(message, done));
    return done.thenCompose(taken -> message.ack());
  }

  private void take(Message<byte[]> message, CompletableFuture<Void> done) {
    try {
      take(message.getPayload());
      done.complete(null);
    } catch (Failure e) {
      LOG.warnf("a request for a resync is taken later: %s", e.getMessage());
      var unused =
          coordination.schedule(() -> take(message, done), AGAIN_SECONDS, TimeUnit.SECONDS);
    } catch (RuntimeException e) {
      LOG.error("a request for a resync is left out", e);
      done.complete(null);
    }
  }

  private void take(byte[] value) {
    CloudEvent event;
    ResyncRequested request;
    try {
      if (value == null || value.length > LARGEST) {
        throw new SenselessException("it has no data, or more than " + LARGEST + " bytes");
      }
      event = CloudEvent.fromJson(value);
      if (!event.type().equals(ResyncRequested.TYPE)) {
        throw new SenselessException("its type is not " + ResyncRequested.TYPE);
      }
      request = event.dataAs(ResyncRequested.class);
      if (!ResyncRequested.isId(request.campaign())) {
        throw new SenselessException("it names no campaign");
      }
    } catch (MalformedJsonException | SenselessException e) {
      LOG.warnf("what is no request for a resync is left out: %s", e.getMessage());
      return;
    }
    try {
      // A misspelt repository would be all of them.
      event.requireNothingElseThan(ResyncRequested.class);
      CampaignStatus campaign = campaigns.start(request, Campaigns.Requester.OF_EVENTS);
      LOG.infof("the resync campaign %s is %s", campaign.campaign(), campaign.state());
    } catch (TakenException e) {
      LOG.errorf("no resync is started: %s", e.getMessage());
    } catch (MalformedJsonException | SenselessException e) {
      LOG.warnf("the resync campaign %s is refused: %s", request.campaign(), e.getMessage());
      campaigns.refuse(request, e.getMessage());
    }
  }
}
