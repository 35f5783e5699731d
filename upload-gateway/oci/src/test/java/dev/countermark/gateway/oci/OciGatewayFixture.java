package dev.countermark.gateway.oci;

import dev.countermark.gateway.kit.GatewayFormat;

/** The format as the sweeper and other parts without requests need it: no caller, no view. */
public final class OciGatewayFixture {
  private OciGatewayFixture() {}

  public static GatewayFormat<?, ?> format() {
    return new OciGateway(null, null, null, null, null, "registry.test");
  }
}
