package dev.countermark.conformance.oci;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Command;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.oci.SampleImage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients say of a push that there is no room for, or that a tag must not follow. */
@ExtendWith(PlatformExtension.class)
class RoomTest {
  private static Command.Result copied(Platform platform, OciRepository repository, String to) {
    Client crane = Client.require("crane");
    return crane.run(
        OciRepository.home(platform, repository),
        "copy",
        repository.reference("app") + ":" + "source",
        repository.reference("app") + ":" + to);
  }

  @Test
  void anImmutableTagStays(Platform platform) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.putArray("immutableTags").add("v*");
    OciRepository repository = OciRepository.open(platform, new OciOptions(settings));
    SampleImage release = SampleImage.oci(71);
    repository.registry().push(repository.name("app"), "v1", release);
    repository.registry().push(repository.name("app"), "source", SampleImage.oci(72));

    Command.Result moved = copied(platform, repository, "v1");

    assertThat(moved.exitCode()).as(moved::toString).isNotZero();
    assertThat(moved.output()).contains("DENIED").contains("immutableTags");
    assertThat(repository.registry().manifest(repository.name("app"), "v1").orElseThrow().digest())
        .isEqualTo(release.digest());
    // Signing it goes on all the same.
    Images.assertSigned(platform, repository, "app", release.digest());
    assertThat(copied(platform, repository, "other").exitCode()).isZero();
  }

  @Test
  void aFullRepositorySaysSo(Platform platform) {
    OciRepository repository = OciRepository.open(platform);
    SampleImage image = SampleImage.oci(73);
    repository.registry().push(repository.name("app"), "source", image);
    repository.awaitSigned("app", image.digest());
    platform.call(
        "PUT",
        "/api/v1/repositories/" + repository.path() + "/quota",
        "{\"packages\":1}".getBytes(StandardCharsets.UTF_8));

    Command.Result another =
        Client.require("crane")
            .run(
                OciRepository.home(platform, repository),
                "copy",
                repository.reference("app") + ":source",
                repository.reference("other") + ":1");

    assertThat(another.exitCode()).as(another::toString).isNotZero();
    assertThat(another.output()).contains("DENIED").contains("quota");
    // A tag takes no room.
    assertThat(copied(platform, repository, "again").exitCode()).isZero();
    String list = "/api/v1/repositories/" + repository.path() + "/packages?state=signed";
    assertThat(
            Json.read(platform.call("GET", list, null).body(), ObjectNode.class).path("packages"))
        .hasSize(1);
  }
}
