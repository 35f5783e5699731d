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
   * @throws ProblemException when they make no sense
   */
  S settings(Object body);

  /**
   * Checks that the platform can do what is wanted, as far as the gateway knows. Not asked of
   * settings that are in force: whoever changes those of another format shall not be kept from it.
   *
   * @throws ProblemException that says what is missing
   */
  default void requireMet(S settings) {}

  /** What is shown: every member, so that a PUT of it changes nothing. */
  Object shown(S settings);

  /**
   * For settings that are taken and shown as they are: a record whose absent members are its
   * defaults, and of which every combination can be met.
   */
  static <S> SettingsForm<S> plain(Class<S> type) {
    return new SettingsForm<>() {
      @Override
      public Class<?> body() {
        return type;
      }

      @Override
      public S settings(Object body) {
        return type.cast(body);
      }

      @Override
      public Object shown(S settings) {
        return settings;
      }
    };
  }
}
