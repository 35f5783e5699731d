package dev.countermark.faults.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScheduleTest {
  private static final List<String> FORMATS = List.of("b", "a");

  private static Schedule draw(long seed, Set<FaultKind> skipped) {
    return Schedule.draw(seed, 200, 1_000, 4, FORMATS, skipped);
  }

  @Test
  void theSameSeedGivesTheSameSchedule() {
    assertThat(draw(7, Set.of())).isEqualTo(draw(7, Set.of()));
    assertThat(draw(7, Set.of())).isNotEqualTo(draw(8, Set.of()));
  }

  @Test
  void everyKindIsThereAndAllIsInOrder() {
    Schedule schedule = draw(7, Set.of());

    assertThat(schedule.faults()).hasSize(200);
    assertThat(schedule.faults())
        .extracting(Fault::kind)
        .containsAll(EnumSet.allOf(FaultKind.class));
    assertThat(schedule.faults()).isSortedAccordingTo(Comparator.comparingInt(Fault::atUpload));
    assertThat(schedule.faults()).allMatch(fault -> fault.atUpload() < 1_000);
    assertThat(schedule.deeds()).isSortedAccordingTo(Comparator.comparingInt(Deed::atUpload));
    assertThat(schedule.deeds()).extracting(Deed::kind).containsAll(EnumSet.allOf(Deed.Kind.class));
  }

  @Test
  void whatCannotBeDoneIsLeftOutAndNothingElseChanges() {
    List<Fault> all = draw(7, Set.of()).faults();

    assertThat(draw(7, Set.of(FaultKind.FULL_DISK)).faults())
        .isEqualTo(all.stream().filter(f -> f.kind() != FaultKind.FULL_DISK).toList());
  }

  @Test
  void whatIsDoneToAPackageIsDoneAfterItsUpload() {
    assertThat(draw(7, Set.of()).deeds())
        .filteredOn(deed -> deed.kind() == Deed.Kind.DELETE || deed.kind() == Deed.Kind.HIDE)
        .allMatch(deed -> deed.subject() < deed.atUpload());
  }
}
