package dev.countermark.keyservice.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** The clients that the tests' service knows, and their credentials. */
public class TestClients implements QuarkusTestProfile {
  static final String SIGNER = "signer-credential-8f14e45fceea167a5a36dedd4bea2543";
  static final String GATEWAY = "gateway-credential-c9f0f895fb98ab9159f51fd0297e236d";
  static final String OPERATOR = "operator-credential-45c48cce2e2d7fbdea1afc51c7c6ad26";
  static final String OTHER = "other-credential-d3d9446802a44259755d38e6d163e820";

  @Override
  public Map<String, String> getConfigOverrides() {
    Map<String, String> config = new HashMap<>();
    client(config, "signer-oci", SIGNER, "oci,nuget,swift", true, false);
    client(config, "gateway", GATEWAY, "oci,nuget,swift", false, false);
    client(config, "operator", OPERATOR, "oci,nuget,swift", false, true);
    client(config, "other", OTHER, "", true, true);
    config.put("countermark.keyservice.clients.operator.may-audit", "true");
    // Less than in production, for the contract makes many keys.
    config.put("countermark.keyservice.ca.nuget.key-bits", "2048");
    config.put("countermark.keyservice.ca.nuget.root-bits", "2048");
    config.put("countermark.keyservice.ca.swift.ocsp-url", "http://example.org/ocsp/swift");
    // So that nothing can hide in a level that is off.
    config.put("quarkus.log.category.\"dev.countermark\".level", "TRACE");
    config.put("quarkus.log.category.\"dev.countermark\".min-level", "TRACE");
    return config;
  }

  private static void client(
      Map<String, String> config,
      String name,
      String credential,
      String purposes,
      boolean maySign,
      boolean mayRotate) {
    String key = "countermark.keyservice.clients." + name;
    config.put(key + ".credential-sha256", sha256(credential));
    if (!purposes.isEmpty()) {
      config.put(key + ".purposes", purposes);
    }
    config.put(key + ".may-sign", Boolean.toString(maySign));
    config.put(key + ".may-rotate", Boolean.toString(mayRotate));
  }

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
