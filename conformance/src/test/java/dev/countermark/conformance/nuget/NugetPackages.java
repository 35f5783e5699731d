package dev.countermark.conformance.nuget;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.conformance.Alterations;
import dev.countermark.conformance.Packages;
import dev.countermark.contracts.Json;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.testkit.nuget.NugetPackage;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Versions of one package. */
final class NugetPackages implements Packages {
  private static final String ID = "Conformance.Case";
  private static final String VERSION = "1.0.";
  private static final String FILE = "package.nupkg";

  /** Where the first entry says when it was made: still a package, but not the one signed. */
  private static final int LAST_MODIFIED = 10;

  private final NugetFeed feed;

  NugetPackages(NugetFeed feed) {
    this.feed = feed;
  }

  static NugetPackage nupkg(int number) {
    return NugetPackage.of(ID, VERSION + number, 1_000 + number);
  }

  @Override
  public int push(int number) {
    return feed.push(nupkg(number).bytes(), "session-" + number).statusCode();
  }

  @Override
  public String name(int number) {
    return ID + "/" + VERSION + number;
  }

  @Override
  public boolean isSigned(int number) {
    return feed.status(ID, VERSION + number).path("status").asText().equals("signed");
  }

  @Override
  public int read(int number) {
    return Packages.available(feed.find(ID, VERSION + number)).statusCode();
  }

  @Override
  public Optional<List<Integer>> listed() {
    HttpResponse<byte[]> answer =
        Packages.available(
            feed.getWithApiKey(
                feed.repository().token(), "/nuget/v3/flat/conformance.case/index.json"));
    List<Integer> numbers = new ArrayList<>();
    if (answer.statusCode() == 200) {
      for (JsonNode version : Json.read(answer.body(), JsonNode.class).path("versions")) {
        numbers.add(Integer.parseInt(version.asText().substring(VERSION.length())));
      }
    }
    return Optional.of(numbers);
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    HttpResponse<byte[]> answer = Packages.available(feed.find(ID, VERSION + number));
    assertThat(answer.statusCode()).isIn(200, 404);
    return answer.statusCode() == 200 ? Optional.of(Map.of(FILE, answer.body())) : Optional.empty();
  }

  @Override
  public Optional<String> verify(int number, Map<String, byte[]> files) {
    HttpResponse<byte[]> config = Packages.available(feed.get("/keys/nuget/nuget.config"));
    assertThat(config.statusCode()).isEqualTo(200);
    VerificationReport report =
        OwnVerifier.verify(
            files.get(FILE), new String(config.body(), StandardCharsets.UTF_8), List.of());
    boolean pushed = report.contentHash().filter(contentHash(number)::equals).isPresent();
    return report.accepted() && pushed
        ? Optional.of(report.signatures().get(0).fingerprint())
        : Optional.empty();
  }

  private static String contentHash(int number) {
    try {
      return Base64.getEncoder()
          .encodeToString(MessageDigest.getInstance("SHA-512").digest(nupkg(number).bytes()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-512", e);
    }
  }

  @Override
  public List<Map<String, byte[]>> altered(Map<String, byte[]> files) {
    return List.of(Alterations.flipped(files, FILE, LAST_MODIFIED));
  }

  @Override
  public OptionalInt delete(int number) {
    return OptionalInt.of(Packages.available(feed.delete(nupkg(number))).statusCode());
  }
}
