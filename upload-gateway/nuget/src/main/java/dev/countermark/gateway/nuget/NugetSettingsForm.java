package dev.countermark.gateway.nuget;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignaturePolicy;
import dev.countermark.format.nuget.NugetRecords.TimestampPolicy;
import dev.countermark.format.nuget.metadata.Strictness;
import dev.countermark.gateway.kit.Patterns;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.SettingsForm;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Settings of a feed as the management API takes and shows them. */
final class NugetSettingsForm implements SettingsForm<NugetSettings> {
  @Schema(name = "NugetSettings")
  record Body(
      @JsonProperty("anonymousRead")
          @Schema(description = "anybody may restore and search; default false")
          Boolean anonymousRead,
      @JsonProperty("signatures")
          @Schema(
              description =
                  "what is done with packages that come signed; default resign: authors are"
                      + " countersigned, foreign repository signatures replaced")
          SignaturePolicy signatures,
      @JsonProperty("timestamps")
          @Schema(description = "timestamps of the configured authorities; default none")
          TimestampPolicy timestamps,
      @JsonProperty("announceAllSigned")
          @Schema(
              description =
                  "tell clients that all packages are signed; they then refuse packages of a"
                      + " signer whose root they do not trust; default false")
          Boolean announceAllSigned,
      @JsonProperty("deletePackages")
          @Schema(description = "deleting removes packages instead of unlisting; default false")
          Boolean deletePackages,
      @JsonProperty("strictness")
          @Schema(
              description =
                  "by whose rules pushes are refused; default client: what clients install is"
                      + " taken; gallery: also what public galleries demand of descriptions,"
                      + " links, versions and files")
          Strictness strictness,
      @JsonProperty("immutableVersions")
          @Schema(
              description =
                  "versions that are never deleted, id/version in lower case; * is anything, ? one"
                      + " character; default none",
              implementation = String[].class)
          List<String> immutableVersions) {}

  private final boolean authority;
  private final boolean https;

  /**
   * @param authority whether signers have a timestamp authority
   * @param https whether clients reach the feed over https
   */
  NugetSettingsForm(boolean authority, boolean https) {
    this.authority = authority;
    this.https = https;
  }

  @Override
  public void requireMet(NugetSettings settings) {
    if (settings.timestamps() == TimestampPolicy.REQUIRED && !authority) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "timestamps cannot be required: no timestamp authority is configured"
              + " (countermark.nuget.timestamp-authorities, of the signers and of the gateway), and"
              + " every package would wait for one");
    }
    if (settings.announceAllSigned() && !https) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "announceAllSigned cannot be done: clients take it over https only, and the gateway has"
              + " no https address (countermark.public-https-url)");
    }
  }

  @Override
  public Class<?> body() {
    return Body.class;
  }

  @Override
  public NugetSettings settings(Object form) {
    Body body = (Body) form;
    NugetSettings settings =
        new NugetSettings(
            Boolean.TRUE.equals(body.anonymousRead()),
            body.signatures(),
            body.timestamps(),
            Boolean.TRUE.equals(body.announceAllSigned()),
            Boolean.TRUE.equals(body.deletePackages()),
            body.strictness(),
            Patterns.of("immutableVersions", body.immutableVersions()));
    if (settings.announceAllSigned()
        && settings.signatures() == SignaturePolicy.KEEP_VALID_FOREIGN) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "announceAllSigned needs all packages signed by this repository: it does not go with"
              + " keep-valid-foreign");
    }
    return settings;
  }

  @Override
  public Object shown(NugetSettings settings) {
    return settings;
  }
}
