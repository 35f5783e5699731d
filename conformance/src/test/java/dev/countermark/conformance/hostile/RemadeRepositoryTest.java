package dev.countermark.conformance.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.nuget.NugetFeed;
import dev.countermark.conformance.swift.SwiftRegistry;
import dev.countermark.testkit.nuget.NugetPackage;
import dev.countermark.testkit.swift.SwiftPackage;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A repository that is deleted and made again signs with the keys that it had. */
@ExtendWith({PlatformExtension.class, BesideOthers.class})
class RemadeRepositoryTest {
  private static final String ID = "Conformance.Remade";

  private static Platform.Repository madeAgain(
      Platform platform, Platform.Repository repository, String format) {
    String path = repository.path();
    assertThat(platform.call("DELETE", "/api/v1/repositories/" + path, null).statusCode())
        .isEqualTo(204);
    return platform.repository(
        path, format, JsonNodeFactory.instance.objectNode().put("anonymousRead", true));
  }

  @Test
  void aVersionThatConsumersHaveIsNeverAnotherPackage(Platform platform) {
    NugetFeed feed = NugetFeed.open(platform);
    NugetPackage signed = NugetPackage.of(ID, "1.0.0", 1);
    feed.pushed(signed);

    NugetFeed again = NugetFeed.of(platform, madeAgain(platform, feed.repository(), "nuget"));

    assertThat(again.listed(ID)).isEmpty();
    HttpResponse<byte[]> other = again.push(NugetPackage.of(ID, "1.0.0", 2).bytes());
    assertThat(other.statusCode()).isEqualTo(409);
    assertThat(again.push(NugetPackage.of(ID, "1.0.1", 2).bytes()).statusCode()).isEqualTo(202);
    // The very same confuses nobody.
    assertThat(again.push(signed.bytes()).statusCode()).isEqualTo(202);
    again.awaitSigned(ID, "1.0.0");
  }

  @Test
  void norAnotherRelease(Platform platform) {
    SwiftRegistry registry = SwiftRegistry.open(platform);
    SwiftPackage signed = SwiftPackage.of("Remade", "1.0.0");
    registry.published(signed);

    SwiftRegistry again =
        SwiftRegistry.of(platform, madeAgain(platform, registry.repository(), "swift"));

    SwiftPackage other = signed.with("Sources/Remade/more.swift", new byte[] {'\n'});
    assertThat(again.publish(other).statusCode()).isEqualTo(409);
    SwiftRegistry.assertAccepted(again.publish(SwiftPackage.of("Remade", "1.0.1")));
    again.published(signed);
  }
}
