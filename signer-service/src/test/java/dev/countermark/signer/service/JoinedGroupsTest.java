package dev.countermark.signer.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.SignerGroups;
import java.util.List;
import org.junit.jupiter.api.Test;

class JoinedGroupsTest {
  private final JoinedGroups groups = new JoinedGroups();

  @Test
  void missesThoseThatLetNobodyInYet() {
    Format<?, ?> format = Formats.all().iterator().next();
    List<Format<?, ?>> hosted = List.of(format);
    groups.joined(SignerGroups.uploads(format));

    assertThatThrownBy(() -> groups.require(hosted))
        .hasMessage("not yet in " + SignerGroups.resyncs(format));

    groups.joined(SignerGroups.resyncs(format));
    assertThatCode(() -> groups.require(hosted)).doesNotThrowAnyException();
  }
}
