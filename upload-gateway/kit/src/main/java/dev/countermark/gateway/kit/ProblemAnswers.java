package dev.countermark.gateway.kit;

/**
 * Answers that many operations have in common: names of components of the OpenAPI document, where
 * each is described once.
 */
public final class ProblemAnswers {
  /** 400. */
  public static final String MALFORMED = "Malformed";

  /** 401. */
  public static final String UNAUTHENTICATED = "Unauthenticated";

  /** 403. */
  public static final String FORBIDDEN = "Forbidden";

  /** 404. */
  public static final String UNKNOWN = "Unknown";

  /** 406, by the framework: what is asked for is not what an address has. */
  public static final String NOT_ACCEPTABLE = "NotAcceptable";

  /** 408. */
  public static final String TOO_SLOW = "TooSlow";

  /** 413. */
  public static final String TOO_LARGE = "TooLarge";

  /** 429. */
  public static final String TOO_MANY = "TooMany";

  /** 500: a fault of the gateway's own. */
  public static final String UNFORESEEN = "Unforeseen";

  /** 503. */
  public static final String UNAVAILABLE = "Unavailable";

  private ProblemAnswers() {}
}
