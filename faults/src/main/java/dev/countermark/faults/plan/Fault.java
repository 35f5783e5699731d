package dev.countermark.faults.plan;

/**
 * One thing that is broken for a while.
 *
 * @param number from 1 on
 * @param atUpload the upload before which it begins
 * @param target a part, or a topic
 * @param millis how long it lasts, where that is not for the platform to say
 * @param draw for whatever else is left to chance
 */
public record Fault(
    int number, int atUpload, FaultKind kind, String target, long millis, long draw) {
  @Override
  public String toString() {
    return "%4d before upload %4d: %s %s, %d ms"
        .formatted(number, atUpload, kind.label(), target, millis);
  }
}
