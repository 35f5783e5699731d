package dev.countermark.rules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPrivateKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What the compiler cannot hold. Plain test methods, because Surefire silently skips rules that are
 * annotated fields. Each rule was seen failing once, by making the mistake that its comment names.
 */
class ArchitectureTest {
  private static JavaClasses code;

  @BeforeAll
  static void importMainClasses() throws IOException {
    code = new ClassFileImporter().importPaths(Checkout.mainClasses());
  }

  @Test
  void rulesSeeTheCode() {
    // A rule over nothing always holds: a renamed package or folder must not switch them all off.
    assertThat(code.stream().map(JavaClass::getPackageName).distinct())
        .anyMatch(name -> name.startsWith("dev.countermark.format.oci"))
        .anyMatch(name -> name.startsWith("dev.countermark.gateway"))
        .anyMatch(name -> name.startsWith("dev.countermark.signer.oci"))
        .anyMatch(name -> name.startsWith("dev.countermark.keyservice"));
  }

  /** Stops a format core that can be tested only with a container around it. */
  @Test
  void formatsKnowNoFrameworkAndNoService() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.countermark.format..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.quarkus..",
                "io.smallrye..",
                "jakarta..",
                "org.apache.kafka..",
                "dev.countermark.blobs..",
                "dev.countermark.keys.."));
  }

  /** Stops signed bytes that differ when an event is delivered twice. */
  @Test
  void formatsNeverReadTheClock() {
    check(
        noClasses()
            .that()
            .resideInAPackage("dev.countermark.format..")
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(Clock.class, "systemUTC")
            .orShould()
            .callMethod(Clock.class, "systemDefaultZone")
            .orShould()
            .callMethod(System.class, "currentTimeMillis"));
  }

  /** Stops a class that cannot be built without the container, or is built half. */
  @Test
  void nothingIsInjectedIntoFields() {
    check(noFields().should().beAnnotatedWith("jakarta.inject.Inject"));
  }

  /**
   * Stops a key that travels: only the key service ever holds one that signs packages. The launcher
   * makes this machine's TLS certificate.
   */
  @Test
  void onlyTheKeyServiceHoldsPrivateKeys() {
    for (Class<?> secret : List.of(PrivateKey.class, ECPrivateKey.class, ECPrivateKeySpec.class)) {
      check(
          noClasses()
              .that()
              .resideOutsideOfPackage("dev.countermark.keyservice..")
              .and()
              .doNotHaveFullyQualifiedName("dev.countermark.standalone.LocalTls")
              .should()
              .dependOnClassesThat()
              .areAssignableTo(secret));
    }
    check(
        noClasses()
            .that()
            .resideOutsideOfPackage("dev.countermark.keyservice..")
            .should()
            .dependOnClassesThat()
            .haveNameMatching("org\\.bouncycastle\\.crypto\\.params\\..*PrivateKeyParameters"));
  }

  /** Stops two capabilities that can only be understood, built and replaced together. */
  @Test
  void noCycleBetweenCapabilities() {
    check(slices().matching("dev.countermark.(*)..").should().beFreeOfCycles());
    check(slices().matching("dev.countermark.gateway.(*)..").should().beFreeOfCycles());
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(code);
  }
}
