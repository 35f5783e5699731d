package dev.countermark.gateway.nuget;

import dev.countermark.gateway.kit.GatewayFormat;
import java.net.URI;

/** The format as the sweeper and other parts without requests need it: no caller, no view. */
public final class NugetGatewayFixture {
  private NugetGatewayFixture() {}

  public static GatewayFormat<?, ?> format() {
    return new NugetGateway(
        null, null, null, new NugetSettingsForm(true, true), URI.create("https://feeds.test"));
  }
}
