package dev.countermark.gateway.oci;

import static org.awaitility.Awaitility.await;

import dev.countermark.format.oci.OciKeys;
import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.TooSlowException;
import dev.countermark.gateway.transfer.Peer;
import dev.countermark.gateway.transfer.Transfer;
import dev.countermark.gateway.transfer.Transfers;
import dev.countermark.testkit.oci.SampleImage;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Answers that are so large that the network takes them piece by piece. */
@QuarkusTest
class LargeAnswerTest extends RegistryTestBase {
  private static final Transfer.Owner NOBODY =
      new Transfer.Owner() {
        @Override
        public void linger() {}

        @Override
        public void cutOff(TooSlowException reason) {}
      };

  @Inject Transfers transfers;
  @Inject MeterRegistry meters;

  @Test
  void whenThereIsNoPlaceForOneItIsToldInTheRegistrysWords() {
    Repository repository = repository();
    repository.push("t", SampleImage.oci(71));
    byte[] tag = store.get(OciKeys.tag(repository.name, "t")).orElseThrow().content();
    for (int i = 0; i < 200; i++) {
      store.create(OciKeys.tag(repository.name, "u" + i + "x".repeat(100)), tag);
    }
    String list = "/v2/" + repository.name + "/tags/list";
    repository.reader.get(list).is(200);

    // Who has an answer has it a little before its place is free again.
    await().until(() -> meters.get("countermark.transfers.active").gauge().value() == 0);
    List<Transfer> taken = new ArrayList<>();
    try {
      takeAll(taken);

      repository.reader.get(list).isRefused(429, "TOOMANYREQUESTS").has("Retry-After", "5");
    } finally {
      taken.forEach(Transfer::close);
    }
    repository.reader.get(list).is(200);
  }

  private void takeAll(List<Transfer> taken) {
    try {
      while (true) {
        taken.add(transfers.begin(new Peer("127.0.0.1", "/v2/"), NOBODY));
      }
    } catch (BusyException e) {
      // There is no place left.
    }
  }
}
