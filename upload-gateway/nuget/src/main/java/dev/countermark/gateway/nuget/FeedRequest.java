package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.nuget.FeedAccess.Granted;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.Optional;

/** One request that was let in, as the handlers see it. */
record FeedRequest(
    FeedRoute route,
    Granted granted,
    FeedAddresses at,
    MultivaluedMap<String, String> query,
    HttpHeaders headers,
    IncomingBody body,
    boolean head) {
  RepositoryName name() {
    return granted.repository().repository();
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.getHeaderString(name)).filter(v -> !v.isBlank());
  }

  /** Of a query parameter, whatever the case of its name; empty when there is none. */
  String parameter(String name) {
    return Optional.ofNullable(query.getFirst(name))
        .or(
            () ->
                query.keySet().stream()
                    .filter(name::equalsIgnoreCase)
                    .findFirst()
                    .map(query::getFirst))
        .orElse("");
  }

  Identity identity() {
    return route
        .identity()
        .orElseThrow(() -> FeedDialect.notFound("The feed has no such package."));
  }
}
