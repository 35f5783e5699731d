package dev.countermark.gateway.swift;

import dev.countermark.gateway.kit.GatewayFormat;
import java.time.Clock;

/** The format as the sweeper and other parts without requests need it: no caller, no view. */
public final class SwiftGatewayFixture {
  private SwiftGatewayFixture() {}

  public static GatewayFormat<?, ?> format() {
    return new SwiftGateway(null, null, new SwiftSettingsForm(Clock.systemUTC()));
  }
}
