package dev.countermark.gateway.swift;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.gateway.swift.SwiftAccess.Granted;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;

/** One request that was let in, as the handlers see it. */
record SwiftRequest(
    SwiftRoute route,
    Granted granted,
    SwiftAddresses at,
    UriInfo uri,
    HttpHeaders headers,
    boolean head) {
  RepositoryName name() {
    return granted.repository().repository();
  }

  Identity identity() {
    return route.identity().orElseThrow(SwiftDialect::noRelease);
  }

  /** What caches may do with an answer. */
  String caching(String whenPublic) {
    return granted.isPublic() ? whenPublic : "private, no-store";
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getHeaderString(name)).filter(v -> !v.isBlank());
  }

  /** Of a query parameter; null when there is none. */
  String parameter(String name) {
    return uri.getQueryParameters().getFirst(name);
  }
}
