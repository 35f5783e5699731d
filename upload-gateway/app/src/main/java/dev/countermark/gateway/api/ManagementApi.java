package dev.countermark.gateway.api;

/** Names in the OpenAPI document. */
final class ManagementApi {
  /** The security scheme that every operation needs. */
  static final String TOKEN = "token";

  private ManagementApi() {}
}
