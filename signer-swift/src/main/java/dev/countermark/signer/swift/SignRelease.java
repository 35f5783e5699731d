package dev.countermark.signer.swift;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.ResyncMode;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedRelease;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignerFormat;
import dev.countermark.signing.Lane;
import java.util.List;

/**
 * Signs releases. What clients remember of a release (manifests and checksum) only ever changes
 * when somebody asked for {@link ResyncMode#RESIGN_ALL}.
 */
final class SignRelease implements SignerFormat<ReleaseRecord, SwiftSettings> {
  private final ReleaseSigning signing;
  private final ReleaseUpkeep upkeep;

  SignRelease(ReleaseSigning signing, ReleaseUpkeep upkeep) {
    this.signing = signing;
    this.upkeep = upkeep;
  }

  @Override
  public Format<ReleaseRecord, SwiftSettings> format() {
    return new SwiftFormat();
  }

  @Override
  public ReleaseRecord upToDate(
      ReleaseRecord record, SwiftSettings settings, PackageRequest request) {
    if (record.state() != State.AVAILABLE) {
      SwiftSettings taken = taken(record, settings, request.lane());
      return record.signed(signing.sign(record, taken, taken.archives()));
    }
    // An upload's event never signs anew what is signed: that is what resyncs are for.
    if (request.lane() == Lane.UPLOAD) {
      return record;
    }
    SignedRelease before = record.signed().orElseThrow();
    SignedRelease after =
        request.mode() == ResyncMode.RESIGN_ALL
            ? signing.sign(record, settings, before.mode())
            : upkeep.of(record, before, request);
    return isSame(before, after) ? record : record.signed(after);
  }

  /**
   * What was published is signed as was said when it was taken, which is final; a resync is asked
   * for by whoever wants the settings of now.
   */
  private static SwiftSettings taken(ReleaseRecord record, SwiftSettings settings, Lane lane) {
    return lane == Lane.UPLOAD
        ? record.policy().map(policy -> policy.over(settings)).orElse(settings)
        : settings;
  }

  /** Whether clients get the same bytes; when and by whom they were made follows from them. */
  private static boolean isSame(SignedRelease before, SignedRelease after) {
    return before.sha256().equals(after.sha256())
        && before.signature().equals(after.signature())
        && contents(before).equals(contents(after));
  }

  private static List<?> contents(SignedRelease release) {
    return release.manifests().stream().map(m -> List.of(m.file(), m.content())).toList();
  }
}
