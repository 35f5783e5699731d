package dev.countermark.keyservice;

import static dev.countermark.keyservice.Fixtures.OPERATOR;
import static dev.countermark.keyservice.Fixtures.SCOPE;
import static dev.countermark.keyservice.Fixtures.SIGNER;
import static dev.countermark.keyservice.Fixtures.item;
import static dev.countermark.keyservice.Fixtures.records;
import static dev.countermark.keyservice.Fixtures.replica;
import static dev.countermark.keyservice.Fixtures.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.InMemoryBlobStore;
import dev.countermark.keyservice.KeyServiceException.Code;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AuditsTest {
  private static final Caller AUDITOR = new Caller("auditor", Set.of(), false, false, true);

  private final BlobStore store = new InMemoryBlobStore();
  private final KeyService service = replica(store);

  private void verify(Caller caller, AuditVerifier.Report report) {
    service.audits().begin(caller, Optional.of(SCOPE.repository())).verify(false, report);
  }

  @Test
  void anAuditorNeedsNoPurpose() {
    service.custodian().sign(SIGNER, SCOPE, List.of(item("a")));

    verify(AUDITOR, report(b -> {}, chain -> assertThat(chain.length()).isEqualTo(1)));
  }

  @Test
  void whoeverRotatesDoesNotAuditForThat() {
    assertThatThrownBy(() -> verify(OPERATOR, report(b -> {}, chain -> {})))
        .isInstanceOfSatisfying(
            KeyServiceException.class, e -> assertThat(e.code()).isEqualTo(Code.DENIED));

    service.denials().flush();
    assertThat(records(store, KeysBucket.DENIALS)).hasSize(1);
  }

  @Test
  void readsEverythingForOneAtATime() {
    service.custodian().sign(SIGNER, SCOPE, List.of(item("a")));
    AuditVerifier.Report nothing = report(b -> {}, chain -> {});

    verify(
        AUDITOR,
        report(
            b -> {},
            chain ->
                assertThatThrownBy(() -> verify(AUDITOR, nothing))
                    .isInstanceOfSatisfying(
                        KeyServiceException.class,
                        e -> assertThat(e.code()).isEqualTo(Code.CONFLICT))));

    verify(AUDITOR, nothing);
  }

  @Test
  void whoeverLeavesLetsTheNextOneBegin() {
    service.audits().begin(AUDITOR, Optional.empty()).leave();

    Audits.Turn second = service.audits().begin(AUDITOR, Optional.of(SCOPE.repository()));
    second.verify(false, report(b -> {}, chain -> {}));
    second.leave();

    service.audits().begin(AUDITOR, Optional.empty());
    assertThatThrownBy(() -> service.audits().begin(AUDITOR, Optional.empty()))
        .as("whose turn has ended ends no other one")
        .isInstanceOf(KeyServiceException.class);
  }
}
