package dev.countermark.gateway.auth;

/** An access that can say for which credential a bearer token is issued. */
public interface Credential extends Access {
  /** See {@link BearerTokens.Claims#credential}. */
  String credential();
}
