package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A feed that is deleted and made again signs with the certificate that it had. */
@ExtendWith(PlatformExtension.class)
class NugetRemadeTest {
  private static final String ID = "Conformance.Remade";

  @Test
  void aVersionThatConsumersHaveIsNeverAnotherPackage(Platform platform) {
    NugetFeed feed = NugetFeed.open(platform);
    NugetPackage signed = NugetPackage.of(ID, "1.0.0", 1);
    feed.push(signed.bytes());
    feed.awaitSigned(ID, "1.0.0");
    String path = feed.repository().path();
    assertThat(platform.call("DELETE", "/api/v1/repositories/" + path, null).statusCode())
        .isEqualTo(204);

    NugetFeed again =
        NugetFeed.of(
            platform, platform.repository(path, "nuget", JsonNodeFactory.instance.objectNode()));

    HttpResponse<byte[]> other = again.push(NugetPackage.of(ID, "1.0.0", 2).bytes());
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(again.push(NugetPackage.of(ID, "1.0.1", 2).bytes()).statusCode()).isEqualTo(202);
    // The very same confuses nobody.
    assertThat(again.push(signed.bytes()).statusCode()).isEqualTo(202);
    again.awaitSigned(ID, "1.0.0");
  }
}
