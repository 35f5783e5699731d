package dev.countermark.gateway.events;

import dev.countermark.contracts.Failure;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** What is wrong with one package, or with its repository, must not keep the others waiting. */
final class OneByOne {
  private static final Logger LOG = Logger.getLogger(OneByOne.class);

  private OneByOne() {}

  /**
   * @param key of the object that is looked at
   * @return what the look says; no when it fails
   * @throws Failure.Transient when others would fail as well
   */
  static boolean look(String key, BooleanSupplier look) {
    try {
      return look.getAsBoolean();
    } catch (Failure.Transient e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warnf("%s is left out: %s", key, e.getMessage());
      return false;
    }
  }
}
