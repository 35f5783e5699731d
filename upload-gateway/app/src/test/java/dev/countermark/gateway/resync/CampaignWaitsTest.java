package dev.countermark.gateway.resync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.ResyncMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CampaignWaitsTest {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
  private final AtomicInteger looks = new AtomicInteger();
  private final TestCampaigns platform = new TestCampaigns(new InMemoryBlobStore());
  private final Campaigns campaigns = platform.gateway();
  private final CampaignWaits waits =
      new CampaignWaits(
          id -> {
            looks.incrementAndGet();
            return campaigns.find(id);
          },
          () -> Runnable::run,
          timer,
          timer);
  private CampaignStatus seen;

  @BeforeEach
  void start() throws Exception {
    timer.setRemoveOnCancelPolicy(true);
    seen =
        campaigns.start(
            TestCampaigns.wanted("one", "acme/app", ResyncMode.ENSURE),
            TestCampaigns.ADMINISTRATOR);
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private CompletableFuture<Void> wait(Duration patience) {
    return waits.changed(seen, patience).orElseThrow().toCompletableFuture();
  }

  @Test
  void tellsAllWhoWaitWhenTheCampaignIsAnother() {
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      all.add(wait(LONG));
    }
    await().untilAsserted(() -> assertThat(looks).hasValueGreaterThan(1));
    assertThat(all).noneMatch(CompletableFuture::isDone);

    campaigns.pause("one");

    await().untilAsserted(() -> assertThat(all).allMatch(CompletableFuture::isDone));
  }

  @Test
  void patienceEnds() {
    CompletableFuture<Void> over = wait(Duration.ofMillis(1));

    await().untilAsserted(() -> assertThat(over).isDone());
    assertThat(timer.getQueue()).as("only the look stays").hasSize(1);
  }

  @Test
  void onlySoManyWaitOfWhomOneOwnerHasAShare() throws Exception {
    for (int i = 0; i < CampaignWaits.MOST_OF_OWNER; i++) {
      var unused = wait(LONG);
    }
    assertThat(waits.changed(seen, LONG)).isEqualTo(Optional.empty());
    for (int i = CampaignWaits.MOST_OF_OWNER; i < CampaignWaits.MOST; i++) {
      String owner = "team" + i / CampaignWaits.MOST_OF_OWNER;
      assertThat(waits.changed(of(owner), LONG)).as("%s, %d", owner, i).isPresent();
    }
    assertThat(waits.changed(of("late"), LONG)).isEqualTo(Optional.empty());

    campaigns.cancel("one");

    await().untilAsserted(() -> assertThat(waits.changed(seen, LONG)).isPresent());
  }

  private CampaignStatus of(String owner) throws Exception {
    platform.repository(RepositoryName.of(owner + "/app"));
    return campaigns.start(
        TestCampaigns.wanted(owner, owner + "/app", ResyncMode.ENSURE),
        TestCampaigns.ADMINISTRATOR);
  }

  @Test
  void whoeverHasSeenLessIsToldSoon() {
    campaigns.cancel("one");

    CompletableFuture<Void> told = wait(LONG);

    await().untilAsserted(() -> assertThat(told).isDone());
  }
}
