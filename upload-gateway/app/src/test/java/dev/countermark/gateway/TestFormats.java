package dev.countermark.gateway;

import dev.countermark.gateway.kit.GatewayFormats;
import dev.countermark.gateway.nuget.NugetGatewayFixture;
import dev.countermark.gateway.oci.OciGatewayFixture;
import dev.countermark.gateway.swift.SwiftGatewayFixture;
import java.util.List;

/** The formats of the gateway where no request comes. */
public final class TestFormats {
  private TestFormats() {}

  public static GatewayFormats all() {
    return new GatewayFormats(
        List.of(
            OciGatewayFixture.format(),
            NugetGatewayFixture.format(),
            SwiftGatewayFixture.format()));
  }
}
