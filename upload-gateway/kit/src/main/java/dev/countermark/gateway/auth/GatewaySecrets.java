package dev.countermark.gateway.auth;

import java.nio.charset.StandardCharsets;

/** What the gateway must keep to itself. Not a record: it would show them. */
public final class GatewaySecrets {
  private final String adminToken;
  private final byte[] secret;

  /**
   * @param secret as text; signs upload sessions and bearer tokens
   */
  GatewaySecrets(String adminToken, String secret) {
    this.adminToken = adminToken;
    this.secret = secret.getBytes(StandardCharsets.UTF_8);
  }

  String adminToken() {
    return adminToken;
  }

  /** What upload sessions and bearer tokens are signed with; the same on every replica. */
  public byte[] secret() {
    return secret.clone();
  }
}
