package dev.countermark.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code package-info} says that a package must not know. Each line stops the first use of
 * what it forbids, and was seen failing by a class that has one; a package that is gone fails its
 * line.
 */
class PromisesTest {
  private static final String[] NETWORK = {"java.net.http..", "java.nio.channels.spi.."};
  private static final String[] SERVICES = {
    "dev.countermark.gateway..", "dev.countermark.keyservice..", "dev.countermark.signer.."
  };

  private static JavaClasses code;

  private record Promise(String packages, List<String> mustNotKnow) {
    Promise(String packages, String... mustNotKnow) {
      this(packages, List.of(mustNotKnow));
    }

    @Override
    public String toString() {
      return packages + " must not know " + String.join(", ", mustNotKnow);
    }
  }

  static Stream<Promise> promises() {
    return Stream.of(
        // The JDK and Jackson, nothing else: whoever writes events needs no more than this.
        new Promise("dev.countermark.contracts..", "io..", "jakarta..", "org.apache.."),
        new Promise("dev.countermark.blobs..", "dev.countermark.format..", "org.apache.kafka.."),
        new Promise("dev.countermark.blobs..", SERVICES),
        new Promise("dev.countermark.keys..", SERVICES),
        new Promise(
            "dev.countermark.signing..",
            "org.apache.kafka..",
            "io.quarkus..",
            "io.smallrye..",
            "jakarta..",
            "dev.countermark.blobs..",
            "dev.countermark.format.."),
        // Signers face no client.
        new Promise("dev.countermark.signer..", "jakarta.ws.rs..", "io.vertx.ext.web.."),
        new Promise(
            "dev.countermark.keyservice", "jakarta.ws.rs..", "io.vertx..", "java.net.http.."),
        new Promise(
            "dev.countermark.keyservice..", "org.apache.kafka..", "dev.countermark.gateway.."),
        new Promise("dev.countermark.gateway..", "dev.countermark.signer.."),
        new Promise("dev.countermark.gateway..", "dev.countermark.keyservice.."),
        // The gateway's own parts.
        new Promise(
            "dev.countermark.gateway.auth..", "org.apache.kafka..", "dev.countermark.format.."),
        new Promise("dev.countermark.gateway.views..", "jakarta.ws.rs..", "io.vertx.."),
        new Promise("dev.countermark.gateway.swift.view..", "jakarta.ws.rs..", "io.vertx.."),
        new Promise("dev.countermark.gateway.content..", "dev.countermark.format.."),
        new Promise(
            "dev.countermark.gateway.addresses..",
            "dev.countermark.format..",
            "dev.countermark.blobs.."),
        new Promise(
            "dev.countermark.gateway.events..",
            "dev.countermark.format..",
            "dev.countermark.gateway.auth.."),
        new Promise("dev.countermark.gateway.status..", "dev.countermark.format.."),
        new Promise("dev.countermark.gateway.sweep..", "dev.countermark.format.."),
        new Promise(
            "dev.countermark.gateway.integrity..",
            "dev.countermark.format..",
            "jakarta.ws.rs..",
            "io.vertx.."),
        new Promise(
            "dev.countermark.gateway.scrub..",
            "dev.countermark.format..",
            "jakarta.ws.rs..",
            "io.vertx.."),
        new Promise(
            "dev.countermark.gateway.trust..",
            "dev.countermark.format..",
            "dev.countermark.gateway.content.."),
        new Promise("dev.countermark.gateway.api..", "dev.countermark.format.."),
        // Pure cores: bytes in, values out.
        new Promise("dev.countermark.format..", NETWORK),
        new Promise(
            "dev.countermark.format.nuget.metadata..",
            "dev.countermark.format.nuget.archive..",
            "dev.countermark.format.zip.."),
        new Promise(
            "dev.countermark.format.nuget.signature..",
            "dev.countermark.format.nuget.archive..",
            "dev.countermark.format.zip.."),
        new Promise(
            "dev.countermark.format.swift.identity..",
            "dev.countermark.format.swift.archive..",
            "dev.countermark.format.swift.manifest..",
            "dev.countermark.format.swift.metadata.."),
        new Promise("dev.countermark.format.zip..", "dev.countermark.contracts.."),
        new Promise("dev.countermark.format.certificates..", "dev.countermark.contracts.."),
        // Tools use the platform as others do.
        new Promise("dev.countermark.ctl..", "dev.countermark.blobs..", "dev.countermark.keys.."),
        new Promise("dev.countermark.standalone..", SERVICES),
        new Promise(
            "dev.countermark.standalone.store..",
            "dev.countermark.contracts..",
            "dev.countermark.format.."));
  }

  @BeforeAll
  static void importMainClasses() throws IOException {
    code = new ClassFileImporter().importPaths(Checkout.mainClasses());
  }

  @ParameterizedTest
  @MethodSource("promises")
  void isKept(Promise promise) {
    noClasses()
        .that()
        .resideInAPackage(promise.packages())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(promise.mustNotKnow().toArray(String[]::new))
        .check(code);
  }

  /** Whoever judges a package does so by what he has; what a platform is asked for is apart. */
  @Test
  void judgingAsksNoNetwork() {
    noClasses()
        .that()
        .resideInAPackage("dev.countermark.ctl..")
        .and()
        .resideOutsideOfPackage("dev.countermark.ctl.remote..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(NETWORK)
        .check(code);
  }

  /** Stops a core that cannot be taken elsewhere without half of the platform. */
  @Test
  void formatsAreMadeOfContractsAndSharedCores() {
    classes()
        .that()
        .resideInAPackage("dev.countermark.format..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "java..",
            "javax..",
            "dev.countermark.contracts..",
            "dev.countermark.format..",
            "com.fasterxml.jackson..",
            "org.bouncycastle..")
        .check(code);
  }

  /** Stops a judgement that differs from one second to the next: who asks says when. */
  @Test
  void formatsKnowNoClock() {
    noClasses()
        .that()
        .resideInAPackage("dev.countermark.format..")
        .should()
        .accessTargetWhere(calls("java.time.Instant", Set.of("now")))
        .orShould()
        .accessTargetWhere(calls("java.lang.System", Set.of("currentTimeMillis", "nanoTime")))
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.time.Clock")
        .check(code);
  }

  /** Stops a gateway that signs: whoever takes it over could have signed what it likes. */
  @Test
  void theGatewayAsksForNoSignature() {
    noClasses()
        .that()
        .resideInAPackage("dev.countermark.gateway..")
        .should()
        .accessTargetWhere(calls("dev.countermark.keys.KeyClient", Set.of("sign")))
        .check(code);
  }

  /**
   * Stops state in what may be thrown away at any time. A snapshot of a search index is such a view
   * itself: ADR 0012; and so are the notes of who named which source address, which are made of
   * records and lead to them.
   */
  @Test
  void viewsStoreNothing() {
    noClasses()
        .that()
        .resideInAPackage("dev.countermark.gateway..view..")
        .and()
        .haveNameNotMatching(".*\\.(SearchSnapshots|SourceIndex)(\\$.*)?")
        .should()
        .accessTargetWhere(
            calls("dev.countermark.blobs.BlobStore", Set.of("create", "replace", "put", "delete")))
        .check(code);
  }

  private static DescribedPredicate<JavaAccess<?>> calls(String owner, Set<String> methods) {
    return describe(
        owner + " by " + methods,
        access ->
            access.getTargetOwner().getName().equals(owner)
                && methods.contains(access.getTarget().getName()));
  }
}
