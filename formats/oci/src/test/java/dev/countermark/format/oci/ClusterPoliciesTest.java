package dev.countermark.format.oci;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterPoliciesTest {
  private static final String SCOPE = "a.test:8080/acme/app";

  private static String pem(String body) {
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
  }

  private static String kyverno(boolean plain, String... pems) {
    return new String(
        ClusterPolicies.kyverno("acme/app", SCOPE, plain, List.of(pems)), StandardCharsets.UTF_8);
  }

  private static String sigstore(String repository, String... pems) {
    return new String(
        ClusterPolicies.policyController(repository, SCOPE, List.of(pems)), StandardCharsets.UTF_8);
  }

  /** As the real admission controllers read it; a block of one key, cut out of the middle. */
  @Test
  void kyvernoDemandsOneOfTheKeysAndNoLog() {
    assertThat(kyverno(false, pem("AAAA"), pem("BBBB")))
        .startsWith("apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n")
        .contains("  name: countermark.acme.app\n")
        .contains(
            """
                      imageReferences:
                        - "a.test:8080/acme/app:*"
                        - "a.test:8080/acme/app@*"
                        - "a.test:8080/acme/app/*"
                      failureAction: Enforce
                      required: true
            """)
        .contains(
            """
                      attestors:
                        - count: 1
                          entries:
                            - keys:
                                publicKeys: |-
                                  -----BEGIN PUBLIC KEY-----
                                  AAAA
                                  -----END PUBLIC KEY-----
                                rekor:
                                  ignoreTlog: true
                                ctlog:
                                  ignoreSCT: true
                            - keys:
            """)
        .contains("BBBB")
        .doesNotContain("allowInsecureRegistry");
    assertThat(kyverno(true, pem("AAAA"))).contains("allowInsecureRegistry: true");
  }

  @Test
  void policyControllerDemandsOneOfTheKeys() {
    assertThat(sigstore("acme/app", pem("AAAA"), pem("BBBB")))
        .isEqualTo(
            """
            apiVersion: policy.sigstore.dev/v1beta1
            kind: ClusterImagePolicy
            metadata:
              name: countermark.acme.app
            spec:
              mode: enforce
              images:
                - glob: "a.test:8080/acme/app"
                - glob: "a.test:8080/acme/app:*"
                - glob: "a.test:8080/acme/app@*"
                - glob: "a.test:8080/acme/app/**"
              authorities:
                - name: key-1
                  key:
                    hashAlgorithm: sha256
                    data: |
                      -----BEGIN PUBLIC KEY-----
                      AAAA
                      -----END PUBLIC KEY-----
                - name: key-2
                  key:
                    hashAlgorithm: sha256
                    data: |
                      -----BEGIN PUBLIC KEY-----
                      BBBB
                      -----END PUBLIC KEY-----
            """);
  }

  /** Names of policies are labels; no two repositories share one. */
  @Test
  void everyRepositoryHasAPolicyOfItsOwn() {
    assertThat(sigstore("a-b/c", pem("A"))).contains("name: countermark.a-b.c\n");
    assertThat(sigstore("a/b-c", pem("A"))).contains("name: countermark.a.b-c\n");
    assertThat(sigstore("a".repeat(60) + "/b", pem("A")))
        .containsPattern("name: countermark\\.[0-9a-f]{40}\n");
  }
}
