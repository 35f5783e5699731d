package dev.countermark.contracts;

/**
 * A failure that was foreseen. Anything else that is thrown is a bug and goes to the dead letters
 * at once. Messages name what was expected, what was found and where; never secrets.
 */
public abstract sealed class Failure extends RuntimeException {
  private Failure(String message, Throwable cause) {
    super(message, cause);
  }

  /** Neither time nor an operator can change the answer for these bytes. */
  public static final class Permanent extends Failure {
    private final Refusal code;

    public Permanent(Refusal code, String detail) {
      this(code, detail, null);
    }

    public Permanent(Refusal code, String detail, Throwable cause) {
      super(detail, cause);
      this.code = code;
    }

    public Refusal code() {
      return code;
    }
  }

  /**
   * Not the package's fault: worth another try later, when what is in the way is gone.
   *
   * @see Obstacle#isPassing
   */
  public static final class Transient extends Failure {
    private final Obstacle obstacle;

    /** A store or broker that is away or slow. */
    public Transient(String message, Throwable cause) {
      this(Obstacle.PLATFORM_UNAVAILABLE, message, cause);
    }

    public Transient(Obstacle obstacle, String message, Throwable cause) {
      super(message, cause);
      this.obstacle = obstacle;
    }

    /** What is in the way. */
    public Obstacle obstacle() {
      return obstacle;
    }
  }
}
