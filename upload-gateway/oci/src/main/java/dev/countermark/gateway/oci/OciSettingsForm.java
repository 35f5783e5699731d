package dev.countermark.gateway.oci;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Visibility;
import dev.countermark.gateway.kit.Patterns;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.SettingsForm;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** Settings of images as the management API takes and shows them. */
final class OciSettingsForm implements SettingsForm<OciSettings> {
  @Schema(name = "OciSettings")
  record Body(
      @JsonProperty("visibility")
          @Schema(description = "when an image may be pulled; default immediate")
          Visibility visibility,
      @JsonProperty("anonymousPull") @Schema(description = "anybody may pull; default false")
          Boolean anonymousPull,
      @JsonProperty("signatureFormats")
          @Schema(
              description = "legacy: the .sig tag, bundle: the v0.3 bundle referrer; default both")
          Set<SignatureFormat> signatureFormats,
      @JsonProperty("signTags")
          @Schema(description = "also sign host/name:tag identities; default false")
          Boolean signTags,
      @JsonProperty("hideSignatureTags")
          @Schema(
              description =
                  "leave users' signature tags out of tag lists; the platform's own are never in"
                      + " them; default false")
          Boolean hideSignatureTags,
      @JsonProperty("immutableTags")
          @Schema(
              description =
                  "tags that neither move nor go, once they are there; * is anything, ? one"
                      + " character; default none",
              implementation = String[].class)
          List<String> immutableTags,
      @JsonProperty("sparseIndexes")
          @Schema(
              description =
                  "take an index although manifests that it lists are not there; default false")
          Boolean sparseIndexes) {}

  @Override
  public Class<?> body() {
    return Body.class;
  }

  @Override
  public OciSettings settings(Object form) {
    Body body = (Body) form;
    Set<SignatureFormat> formats = body.signatureFormats();
    if (formats != null && (formats.isEmpty() || formats.contains(null))) {
      throw new ProblemException(
          Kind.INVALID_VALUE,
          "signatureFormats needs at least one of legacy, bundle; leave it out for both");
    }
    return new OciSettings(
        body.visibility(),
        Boolean.TRUE.equals(body.anonymousPull()),
        formats,
        Boolean.TRUE.equals(body.signTags()),
        Boolean.TRUE.equals(body.hideSignatureTags()),
        Patterns.of("immutableTags", body.immutableTags()),
        Boolean.TRUE.equals(body.sparseIndexes()));
  }

  @Override
  public Object shown(OciSettings settings) {
    return settings;
  }
}
