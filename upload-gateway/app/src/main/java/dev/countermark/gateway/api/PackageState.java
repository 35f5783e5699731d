package dev.countermark.gateway.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.countermark.contracts.State;
import dev.countermark.gateway.inventory.Row;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** By what lists of packages are filtered. */
enum PackageState {
  /** Accepted, not yet signed. */
  PENDING,
  /** Its signatures are in place. */
  SIGNED,
  /** Without a signature, though it is neither signature nor attestation itself. */
  UNSIGNED,
  /** It will never be signed as it is. */
  REFUSED,
  /** A signature or another artifact that is never signed itself. */
  EXEMPT,
  /** No tag points to it, though it is neither signature nor attestation. */
  UNTAGGED;

  /** As a list says where a package stands; the same words as in a status. */
  enum Stage {
    @JsonProperty("pending")
    PENDING,
    @JsonProperty("signed")
    SIGNED,
    @JsonProperty("refused")
    REFUSED,
    @JsonProperty("exempt")
    EXEMPT;

    static Stage of(Row row) {
      return switch (row.state()) {
        case RECEIVED -> PENDING;
        case AVAILABLE -> SIGNED;
        case REFUSED -> REFUSED;
        case EXEMPT -> EXEMPT;
        case DELETED -> throw new IllegalArgumentException("is not listed");
      };
    }
  }

  private String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static PackageState of(String label) {
    return Arrays.stream(values())
        .filter(state -> state.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new ProblemException(
                    Kind.INVALID_VALUE,
                    "state is one of "
                        + Arrays.stream(values())
                            .map(PackageState::label)
                            .collect(Collectors.joining(", "))));
  }

  boolean isOf(Row row, List<String> tags) {
    State state = row.state();
    return switch (this) {
      case PENDING -> state == State.RECEIVED;
      case SIGNED -> state == State.AVAILABLE;
      case UNSIGNED -> !row.isSigned() && (state == State.RECEIVED || state == State.REFUSED);
      case REFUSED -> state == State.REFUSED;
      case EXEMPT -> state == State.EXEMPT;
      case UNTAGGED -> state != State.EXEMPT && tags.isEmpty();
    };
  }
}
