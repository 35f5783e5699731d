package dev.countermark.conformance.oci;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.conformance.Client;
import dev.countermark.conformance.Consumer;
import dev.countermark.conformance.FormatCase;
import dev.countermark.conformance.Packages;
import dev.countermark.conformance.Platform;
import java.util.Optional;

/** Images. */
public final class OciCase implements FormatCase {
  @Override
  public String label() {
    return "oci";
  }

  @Override
  public ObjectNode settings() {
    return OciOptions.anonymousPull().with("visibility", "after-signing").json();
  }

  @Override
  public Packages packages(Platform platform, Platform.Repository repository) {
    return new OciPackages(platform, OciRepository.of(platform, repository));
  }

  @Override
  public Optional<Consumer> consumer(Platform platform, Platform.Repository repository) {
    OciRepository images = OciRepository.of(platform, repository);
    String name = images.name(OciPackages.IMAGE);
    String key = images.publicKey();
    Client.Home home = OciRepository.home(platform, images);
    return Client.findOrRecord("cosign3")
        .map(
            client ->
                number ->
                    Verifier.COSIGN3.verify(
                        home,
                        Verifier.question(
                            platform.host(), name, ":" + OciPackages.TAG + number, key)));
  }
}
