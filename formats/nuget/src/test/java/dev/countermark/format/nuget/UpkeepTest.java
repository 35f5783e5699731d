package dev.countermark.format.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.RepositorySignature;
import dev.countermark.format.nuget.NugetRecords.SignatureKind;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class UpkeepTest {
  private static final RepositoryName REPOSITORY = RepositoryName.of("acme/app");
  private static final RepositoryClaim CLAIM =
      RepositoryClaim.of(URI.create("http://feeds.test:8080"), REPOSITORY);

  private static RepositorySignature signature(SignatureKind kind, boolean timestamped) {
    return new RepositorySignature(
        kind,
        1,
        "AB",
        "https://feeds.test:8080/acme/app/nuget/v3/index.json",
        List.of("acme"),
        Instant.EPOCH,
        timestamped,
        Instant.EPOCH,
        Instant.EPOCH);
  }

  private static NugetSettings settings(String json) {
    return Json.read(json.getBytes(StandardCharsets.UTF_8), NugetSettings.class);
  }

  private static boolean isInOrder(SignatureKind kind, boolean timestamped, String settings) {
    return Upkeep.isInOrder(signature(kind, timestamped), settings(settings), CLAIM, "AB");
  }

  @Test
  void whatTheCurrentKeySignedForThisFeedIsInOrder() {
    for (SignatureKind kind : List.of(SignatureKind.PRIMARY, SignatureKind.COUNTERSIGNATURE)) {
      RepositorySignature signature = signature(kind, false);
      NugetSettings settings = settings("{}");
      assertThat(Upkeep.isInOrder(signature, settings, CLAIM, "AB")).isTrue();
      assertThat(Upkeep.isInOrder(signature, settings, CLAIM, "CD")).as("rotated").isFalse();
      RepositoryClaim moved = RepositoryClaim.of(URI.create("https://new.test"), REPOSITORY);
      assertThat(Upkeep.isInOrder(signature, settings, moved, "AB")).as("moved").isFalse();
    }
  }

  @Test
  void aTimestampThatIsRequiredNowIsMissing() {
    String required = "{\"timestamps\":\"required\"}";
    assertThat(isInOrder(SignatureKind.PRIMARY, false, required)).isFalse();
    assertThat(isInOrder(SignatureKind.PRIMARY, true, required)).isTrue();
    assertThat(isInOrder(SignatureKind.PRIMARY, false, "{\"timestamps\":\"preferred\"}")).isTrue();
  }

  @Test
  void aForeignOneIsAsTheRepositoryWantsIt() {
    assertThat(isInOrder(SignatureKind.FOREIGN, false, "{}")).isFalse();
    assertThat(isInOrder(SignatureKind.FOREIGN, false, "{\"signatures\":\"keep-valid-foreign\"}"))
        .isTrue();
  }
}
