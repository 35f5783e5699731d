package dev.countermark.contracts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class RepositoryRecordTest {
  @Test
  void ignoresMembersOfALaterRelease() {
    byte[] json = Bytes.utf8("{\"repository\":\"acme/app\",\"later\":{}}").toArray();
    assertThat(Json.read(json, RepositoryRecord.class).repository()).hasToString("acme/app");
  }

  /** Settings of a format are a member beside the others, as records always had them. */
  @Test
  void keepsTheSettingsOfFormatsThatAreNotKnownHere() {
    String json =
        "{\"generation\":3,\"repository\":\"acme/app\",\"createdAt\":\"2026-01-02T03:04:05Z\","
            + "\"later\":{\"mode\":\"x\"},\"oci\":{\"signTags\":true}}";
    RepositoryRecord record = Json.read(Bytes.utf8(json).toArray(), RepositoryRecord.class);
    assertThat(Bytes.of(Json.write(record)).toUtf8()).isEqualTo(json);
    assertThat(record.next("admin").generation()).isEqualTo(4);
    assertThat(record.next("admin").settings())
        .isEqualTo(record.settings())
        .containsOnlyKeys("oci", "later");
  }

  @Test
  void saysWhoSetItLast() {
    String json =
        "{\"generation\":3,\"repository\":\"acme/app\",\"createdAt\":\"2026-01-02T03:04:05Z\","
            + "\"oci\":{\"signTags\":true}}";
    RepositoryRecord record = Json.read(Bytes.utf8(json).toArray(), RepositoryRecord.class);
    assertThat(record.changedBy()).isEmpty();

    RepositoryRecord changed = record.next("token 0123456789");

    assertThat(Json.read(Json.write(changed), RepositoryRecord.class)).isEqualTo(changed);
    assertThat(changed.changedBy()).contains("token 0123456789");
    assertThat(changed.settings()).isEqualTo(record.settings());
  }

  @Test
  void refusesAKeyThatIsNoHash() {
    assertThatThrownBy(() -> ObjectKeys.content("../x", "../y"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void knowsRepositoryNames() {
    assertThat(RepositoryName.parse("acme/app")).isPresent();
    for (String bad :
        List.of(
            "",
            "acme",
            "acme/",
            "/app",
            "Acme/app",
            "a_b/c",
            "-a/b",
            "a-/b",
            "api/x",
            "echo-login/x",
            "a/b/c")) {
      assertThat(RepositoryName.parse(bad)).as(bad).isEmpty();
    }
  }
}
