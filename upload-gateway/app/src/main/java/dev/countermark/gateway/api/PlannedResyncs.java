package dev.countermark.gateway.api;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.gateway.auth.Access;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.resync.CampaignStatus;
import dev.countermark.gateway.resync.Campaigns;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Campaigns whose beginning is waited for, without a thread: a small one is planned at once. */
final class PlannedResyncs {
  private static final long LOOK_MILLIS = 100;
  private static final int LOOKS = 20;
  private static final int MOST_NAMED = 20;

  /** Requests that are waited for; others are answered with what is planned when they come. */
  private static final int MOST_WAITING = 16;

  private final Campaigns campaigns;
  private final ScheduledExecutorService looking;
  private final Semaphore waiting = new Semaphore(MOST_WAITING);

  PlannedResyncs(Campaigns campaigns, ScheduledExecutorService looking) {
    this.campaigns = campaigns;
    this.looking = looking;
  }

  Campaigns campaigns() {
    return campaigns;
  }

  /** Answers when all packages are looked at, or later when there are many. */
  CompletionStage<Response> planned(
      ResyncRequests.Campaign wanted, RepositoryName repository, Access caller) {
    CampaignStatus started =
        (CampaignStatus)
            ResyncsResource.started(campaigns, wanted.in(repository), caller).getEntity();
    CompletableFuture<CampaignStatus> planned = new CompletableFuture<>();
    if (waiting.tryAcquire()) {
      look(started, 0, planned);
      var unused = planned.whenComplete((status, failure) -> waiting.release());
    } else {
      planned.complete(started);
    }
    return planned.thenApply(PlannedResyncs::answer);
  }

  private void look(CampaignStatus seen, int looks, CompletableFuture<CampaignStatus> planned) {
    if (seen.complete() || seen.hasEnded() || looks == LOOKS) {
      planned.complete(seen);
      return;
    }
    var unused =
        looking.schedule(
            () -> {
              try {
                look(campaigns.find(seen.campaign()).orElse(seen), looks + 1, planned);
              } catch (RuntimeException e) {
                planned.completeExceptionally(e);
              }
            },
            LOOK_MILLIS,
            TimeUnit.MILLISECONDS);
  }

  private static Response answer(CampaignStatus campaign) {
    if (campaign.why() != null && campaign.brokenCount() != null) {
      throw new ProblemException(
          Kind.CONFIRMATION_NEEDED,
          "resign-all changes what clients remember: everybody who resolved one of "
              + campaign.brokenCount()
              + " packages will be refused it, among them "
              + String.join(
                  ", ",
                  campaign.broken().subList(0, Math.min(campaign.broken().size(), MOST_NAMED)))
              + ". "
              + campaign.remedy()
              + " rotate-archive renews signatures without that; to go on all the same send"
              + " {\"mode\":\"resign-all\",\"confirm\":true}");
    }
    return Response.accepted(campaign).build();
  }
}
