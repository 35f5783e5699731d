package dev.countermark.conformance.swift;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.CtlTool;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.swift.SwiftPackage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The command that docs/ctl.md shows for Swift packages, on a release of a private registry. */
@ExtendWith(PlatformExtension.class)
class SwiftCtlPageTest {
  @Test
  void judgesByEveryOption(Platform platform) {
    SwiftRegistry registry =
        SwiftRegistry.of(
            platform, platform.repository("swift", JsonNodeFactory.instance.objectNode()));
    SwiftRelease release = registry.published(SwiftPackage.of("Judged", "1.0.0"));
    Reader reader = CtlTool.giveTo(Reader.over("https", platform, registry.repository()));
    reader.write("judged.zip", release.archive());
    reader.write("judged.cms", release.signature().orElseThrow());
    reader.write("root.pem", registry.trust("root.pem"));

    String said =
        reader
            .run(
                CtlTool.withEveryOption(
                        reader.block("docs/ctl.md", "./countermark-ctl verify swift FILE"))
                    .replace("--signature FILE", "--signature judged.cms")
                    .replace("FILE", "judged.zip")
                    .replace("PEM", "root.pem")
                    .replace("TIME", Instant.now().toString()))
            .output();

    JsonNode judgement = Json.read(said.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(judgement.path("files").path(0).path("accepted").asBoolean()).as(said).isTrue();
  }
}
