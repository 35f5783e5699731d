package dev.countermark.format.nuget.signature;

import dev.countermark.contracts.RepositoryName;
import java.net.URI;
import java.util.List;

/**
 * What a repository's signature says besides the hash.
 *
 * @param serviceIndex absolute, https
 * @param owners of the package; may be empty
 */
public record RepositoryClaim(URI serviceIndex, List<String> owners) {
  /**
   * @throws IllegalArgumentException when the address is not https, or an owner is blank
   */
  public RepositoryClaim {
    owners = List.copyOf(owners);
    if (!"https".equals(serviceIndex.getScheme()) || serviceIndex.getHost() == null) {
      throw new IllegalArgumentException(
          "a repository signature names a service index over https, not " + serviceIndex);
    }
    if (owners.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("the name of an owner is blank");
    }
  }

  /**
   * What the signatures of a repository say.
   *
   * @param feeds what feeds' addresses begin with; named over https, whatever the gateway speaks
   */
  public static RepositoryClaim of(URI feeds, RepositoryName repository) {
    return new RepositoryClaim(
        URI.create(
            "https://" + feeds.getRawAuthority() + "/" + repository + "/nuget/v3/index.json"),
        List.of(repository.owner()));
  }
}
