package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.countermark.conformance.CtlTool;
import dev.countermark.conformance.Platform;
import dev.countermark.conformance.PlatformExtension;
import dev.countermark.conformance.Reader;
import dev.countermark.contracts.Json;
import dev.countermark.testkit.nuget.NugetPackage;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The commands that docs/ctl.md shows for NuGet packages, on those of a private feed. */
@ExtendWith(PlatformExtension.class)
class NugetCtlPageTest {
  private static final NugetPackage NUPKG = NugetPackage.of("Page.Judged", "1.0.0", 54);

  private NugetFeed feed;
  private Reader reader;

  @BeforeEach
  void download(Platform platform) {
    feed = NugetFeed.open(platform, JsonNodeFactory.instance.objectNode());
    reader = CtlTool.giveTo(Reader.over("https", platform, feed.repository()));
    reader.write("judged.nupkg", feed.pushed(NUPKG));
    reader.write("team-root.pem", feed.get("/keys/nuget/root.pem").body());
  }

  private static String first(String pattern, String text) {
    Matcher found = Pattern.compile(pattern).matcher(text);
    assertThat(found.find()).as(text).isTrue();
    return found.group(1);
  }

  @Test
  void judgesByEveryOption() {
    String config = feed.config();

    String said =
        reader
            .run(
                CtlTool.withEveryOption(
                        reader.block("docs/ctl.md", "./countermark-ctl verify nupkg FILE"))
                    .replace("FILE", "judged.nupkg")
                    .replace("PEM", "team-root.pem")
                    .replace("SHA256", first("fingerprint=\"([0-9A-F]{64})\"", config))
                    .replace("URL", first("serviceIndex=\"([^\"]*)\"", config))
                    .replace("NAME", feed.owner()))
            .output();

    JsonNode judgement = Json.read(said.getBytes(StandardCharsets.UTF_8), JsonNode.class);
    assertThat(judgement.path("files").path(0).path("accepted").asBoolean()).as(said).isTrue();
  }

  @Test
  void judgesPackagesFromEverywhere() {
    NugetReader.equipped(reader);

    String said = reader.run(reader.block("docs/ctl.md", "sdk=$(dotnet --version)")).output();

    assertThat(said).contains("judged.nupkg", feed.owner());
  }
}
