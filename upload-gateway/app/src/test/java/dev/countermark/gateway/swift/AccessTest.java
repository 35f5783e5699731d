package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.gateway.swift.SwiftClient.Answer;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who may do what with a registry. */
@QuarkusTest
class AccessTest extends SwiftTestBase {
  private static final String LIST = "mona/LinkedList";

  private static String basic(String token) {
    return "Basic " + Base64.getEncoder().encodeToString(utf8("any:" + token));
  }

  @Test
  void aPrivateRegistryIsForThoseWithItsToken() {
    Registry registry = registry();
    Registry other = registry();
    registry.release("mona/LinkedList/1.0.0", Archives.sound(), null);

    for (String path : List.of(LIST, LIST + "/1.0.0", LIST + "/1.0.0.zip", LIST + "/9.0.0")) {
      Answer asked = anonymous().get(registry.at(path)).isRefused(401, "token");
      assertThat(asked.header("WWW-Authenticate").orElseThrow())
          .isEqualTo("Bearer realm=\"countermark\"");
      with("cm.x.y.z.w").get(registry.at(path)).isRefused(401, "not valid");
      other.reader.get(registry.at(path)).isRefused(404, "no registry");
    }
    registry.reader.get(registry.at(LIST)).is(200);
    String token = registry.token("\"read\"");
    anonymous().get(registry.at(LIST), "Authorization", basic(token)).is(200);
    anonymous().get(registry.at("submissions/a/b/1.0.0/" + "0".repeat(36))).isRefused(401, "token");
  }

  @Test
  void aPublicRegistryIsReadByEverybodyAndWrittenByPushersOnly() {
    Registry registry = registry("{\"anonymousRead\":true}");
    Registry other = registry();
    registry.release("mona/LinkedList/1.0.0", Archives.sound(), null);
    Form form = Form.archive(Archives.sound());

    anonymous().get(registry.at(LIST)).is(200).has("Cache-Control", "public, no-cache");
    assertThat(
            anonymous()
                .get(registry.at(LIST + "/1.0.0.zip"))
                .is(200)
                .header("Cache-Control")
                .orElseThrow())
        .startsWith("public");
    anonymous().get(registry.at(LIST), "Authorization", "Bearer x").isRefused(401, "not valid");
    anonymous().put(registry.at(LIST + "/2.0.0"), form).isRefused(401, "token");
    other.pusher.put(registry.at(LIST + "/2.0.0"), form).isRefused(403, "scope push");
    registry.reader.put(registry.at(LIST + "/2.0.0"), form).isRefused(403, "scope push");
    anonymous().delete(registry.at(LIST + "/1.0.0")).isRefused(401, "token");
  }

  @Test
  void theAdministratorMakesARepositoryByPublishing() {
    String path = "/swift-test/made-by-publishing/swift/mona/LinkedList/1.0.0";
    manager().get("/swift-test/made-by-publishing/swift/mona/LinkedList").is(404);

    manager().put(path, Form.archive(Archives.sound()), "Prefer", "wait=0").is(202);

    manager().get("/api/v1/repositories/swift-test/made-by-publishing").is(200);
  }

  @Test
  void logsInWhereverClientsPost() {
    Registry registry = registry();
    String token = registry.token("\"read\"");
    String base = registry.at("");

    for (String path : List.of(base, base.substring(0, base.length() - 1), registry.at("login"))) {
      with(token).post(path).is(200).has("Content-Version", "1");
      anonymous().post(path, "Authorization", basic(token)).is(200);
      manager().post(path).is(200);
      anonymous().post(path).isRefused(401, "token");
      with("wrong").post(path).isRefused(401, "not valid");
      registry().reader.post(path).isRefused(401, "not for");
    }
    with(token).post("/login").is(200);
    with("wrong").post("/login").isRefused(401, "not valid");
    anonymous().post("/login").isRefused(401, "token");
    with(token).post(registry.at("mona/LinkedList")).isRefused(405, "login");
  }
}
