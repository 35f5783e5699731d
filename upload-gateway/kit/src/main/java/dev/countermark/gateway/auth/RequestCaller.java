package dev.countermark.gateway.auth;

/** The request that a thread answers, as far as it matters who calls. */
public interface RequestCaller {
  /** No request at all. */
  RequestCaller NONE =
      new RequestCaller() {
        @Override
        public String address() {
          return "";
        }

        @Override
        public void is(String subject) {}

        @Override
        public boolean counts() {
          return false;
        }
      };

  /** Where it came from, as the network knows it. */
  String address();

  /**
   * The caller is known now.
   *
   * @param subject see {@link Access#subject}
   */
  void is(String subject);

  /** Whether the request is to be counted now: true once, at the first question. */
  boolean counts();
}
