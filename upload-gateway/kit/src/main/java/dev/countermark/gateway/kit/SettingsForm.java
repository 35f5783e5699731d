package dev.countermark.gateway.kit;

/**
 * A format's settings as the management API takes and shows them.
 *
 * @param <S> the settings
 */
public interface SettingsForm<S> {
  /** What is taken: a record of Jackson's, each member with its schema. */
  Class<?> body();

  /**
   * Checks what JSON alone cannot.
   *
   * @param body of the type {@link #body}
   * @throws ProblemException when the settings cannot be met
   */
  S settings(Object body);

  /** What is shown: every member, so that a PUT of it changes nothing. */
  Object shown(S settings);
}
