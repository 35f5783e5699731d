package dev.countermark.keyservice.http;

import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.Denials;
import dev.countermark.keyservice.KeyService;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * What this replica shows beside the time of its calls. All are there from the start: an alert sees
 * no first one otherwise. No label names a repository.
 */
final class KeyMetrics {
  private KeyMetrics() {}

  static void show(KeyService service, MeterRegistry meters) {
    FunctionCounter.builder("countermark.keys.denials", service.denials(), Denials::count)
        .description("Calls of who is not known, or may not do what was asked")
        .register(meters);
    FunctionCounter.builder("countermark.keys.audit.records", service, KeyService::auditRecords)
        .description("Records that were appended to audit chains")
        .register(meters);
    FunctionCounter.builder("countermark.keys.audit.broken", service, KeyService::auditBreaks)
        .description("How often an audit chain was found broken when it was to be appended to")
        .register(meters);
    service.purposes().forEach(purpose -> signatures(meters, purpose));
    service.certified().forEach(purpose -> end(service, purpose, meters));
  }

  static Counter signatures(MeterRegistry meters, Purpose purpose) {
    return Counter.builder("countermark.keys.signatures")
        .description("Signatures that were made")
        .tag("purpose", purpose.label())
        .register(meters);
  }

  private static void end(KeyService service, Purpose purpose, MeterRegistry meters) {
    Gauge.builder(
            "countermark.keys.authority.end",
            service,
            keys ->
                keys.endOfAuthority(purpose)
                    .map(end -> (double) end.getEpochSecond())
                    .orElse(Double.NaN))
        .description("When the authority ends, in seconds since 1970; NaN: not used yet")
        .baseUnit("seconds")
        .tag("purpose", purpose.label())
        .register(meters);
  }
}
