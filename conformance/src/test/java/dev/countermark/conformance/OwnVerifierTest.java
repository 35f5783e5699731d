package dev.countermark.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.conformance.Platform.Repository;
import dev.countermark.conformance.Signatures.Layer;
import dev.countermark.testkit.registry.RegistryClient;
import dev.countermark.testkit.registry.SampleImage;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The pass and tamper rows where no client is installed: needs the JDK only. */
@ExtendWith(PlatformExtension.class)
@TestInstance(Lifecycle.PER_CLASS)
class OwnVerifierTest {
  private Platform platform;
  private Repository repository;
  private String name;
  private final SampleImage image = SampleImage.oci(61);
  private final SampleImage other = SampleImage.oci(62);

  @BeforeAll
  void pushWhatIsVerified(Platform platform) {
    this.platform = platform;
    repository = platform.repository();
    name = repository.name("app");
    repository.registry().push(name, "one", image);
    repository.registry().push(name, "two", other);
    repository.awaitSigned("app", image.digest());
    repository.awaitSigned("app", other.digest());
  }

  @Test
  void acceptsWhatIsServed() {
    Images.assertSignedOnce(platform, repository, "app", image.digest());
  }

  @Test
  void refusesUnderAnotherKey() {
    String key = Signatures.Key.generate().pem();

    assertThat(OwnVerifier.validLayers(repository.registry(), name, image.digest(), key)).isEmpty();
    assertThat(OwnVerifier.validBundles(repository.registry(), name, image.digest(), key))
        .isEmpty();
  }

  private static Stream<Arguments> layerChanges() {
    return Stream.of(
        change(
            "payload byte", l -> l.withPayload(l.payload().toUtf8().replace("/app\"", "/apq\""))),
        change("payload whitespace", l -> l.withPayload(l.payload().toUtf8() + " ")),
        change("signature", l -> new Layer(l.mediaType(), l.payload(), "AAAA" + l.signature())),
        change("media type", l -> l.withMediaType("application/octet-stream")));
  }

  private static Arguments change(String what, UnaryOperator<Layer> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("layerChanges")
  void refusesAChangedSignatureTag(String what, UnaryOperator<Layer> change) {
    List<Layer> changed =
        Signatures.layers(repository.registry(), name, image.digest()).stream()
            .map(change)
            .toList();

    assertThat(layersSeenThroughAProxy(changed)).isEmpty();
  }

  @Test
  void refusesTheSignatureOfAnotherImage() {
    assertThat(
            layersSeenThroughAProxy(Signatures.layers(repository.registry(), name, other.digest())))
        .isEmpty();
    assertThat(Signatures.bundles(repository.registry(), name, other.digest()))
        .noneMatch(b -> OwnVerifier.validBundle(b, image.digest(), repository.publicKey()));
  }

  @Test
  void acceptsOneGoodBesideOneBad() {
    List<Layer> good = Signatures.layers(repository.registry(), name, image.digest());
    Layer bad = good.get(0).withPayload(good.get(0).payload().toUtf8() + "\n");

    assertThat(layersSeenThroughAProxy(List.of(bad, good.get(0))))
        .containsExactly(repository.reference("app"));
  }

  @Test
  void refusesABundleAroundAnotherStatement() {
    assertThat(Signatures.bundles(repository.registry(), name, image.digest()))
        .hasSize(1)
        .noneMatch(
            bundle ->
                OwnVerifier.validBundle(
                    Bundles.withStatement(bundle, Bundles.statement(bundle) + " "),
                    image.digest(),
                    repository.publicKey()));
  }

  private List<String> layersSeenThroughAProxy(List<Layer> layers) {
    try (TamperingProxy proxy =
        new TamperingProxy(
            platform.url(), Signatures.signatureAnswers(name, image.digest(), layers))) {
      return OwnVerifier.validLayers(
          RegistryClient.withToken(proxy.url(), repository.token()),
          name,
          image.digest(),
          repository.publicKey());
    }
  }
}
