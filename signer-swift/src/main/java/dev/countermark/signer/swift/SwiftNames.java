package dev.countermark.signer.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.signer.service.NameRules;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names of releases: {@code lower-case scope.lower-case name/version}. */
final class SwiftNames implements NameRules {
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  @Override
  public Optional<String> objection(RepositoryName repository, String name, String digest) {
    if (Identity.parse(name).isEmpty()) {
      return Optional.of("name is not that of a release");
    }
    return DIGEST.matcher(digest).matches()
        ? Optional.empty()
        : Optional.of("digest is not a SHA-256");
  }
}
