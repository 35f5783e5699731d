package dev.countermark.gateway.backlog;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.SignerGroups;
import java.util.List;
import java.util.stream.Stream;

/**
 * What waits for the signers of a format in one lane.
 *
 * @param format label
 * @param lane as signers call it in their metrics
 * @param group of the signers
 */
record Queue(String format, String lane, String topic, String group) {
  static final String UPLOADS = "upload";

  /** Both of a format. */
  static List<Queue> of(Format<?, ?> format) {
    return Stream.of(
            new Queue(format.label(), UPLOADS, format.uploads(), SignerGroups.uploads(format)),
            new Queue(format.label(), "resync", format.resyncs(), SignerGroups.resyncs(format)))
        .toList();
  }
}
