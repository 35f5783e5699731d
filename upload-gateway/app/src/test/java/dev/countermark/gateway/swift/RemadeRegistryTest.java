package dev.countermark.gateway.swift;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

/** A registry that is deleted and made again: releases that consumers have are not given again. */
@QuarkusTest
class RemadeRegistryTest extends SwiftTestBase {
  @Test
  void whatWasSignedIsNeverGivenAwayAgain() {
    Registry registry = registry();
    registry.release("mona/list/1.0.0", Archives.sound(), null);
    manager().send("DELETE", "/api/v1/repositories/" + registry.name, new byte[0]).is(204);
    registry.configure("{}");
    SwiftClient pusher = with(registry.token("\"push\",\"read\""));

    SwiftClient.Answer answer =
        pusher.put(registry.at("mona/list/1.0.0"), Form.archive(Archives.sound("something else")));

    assertThat(answer.is(409).text()).contains("not given away again");
    // To its readers it is a new registry.
    pusher.get(registry.at("mona/list/1.0.0.zip")).is(404);
    pusher.get(registry.at("mona/list")).is(404);
  }
}
