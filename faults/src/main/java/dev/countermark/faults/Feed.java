package dev.countermark.faults;

import dev.countermark.testkit.http.HttpCaller;
import java.net.URI;

/**
 * A repository as it is reached by one gateway.
 *
 * @param number among the repositories of its format, from 0 on
 * @param repository {@code owner/name}
 * @param gateway its address
 * @param pushToken may push and delete
 * @param pullToken may only read
 * @param pusher sends the first as a password
 * @param reader sends the second as a password
 */
public record Feed(
    int number,
    String repository,
    URI gateway,
    String pushToken,
    String pullToken,
    HttpCaller pusher,
    HttpCaller reader) {
  static Feed of(int number, String repository, URI gateway, String pushToken, String pullToken) {
    return new Feed(
        number,
        repository,
        gateway,
        pushToken,
        pullToken,
        HttpCaller.withToken(gateway, pushToken),
        HttpCaller.withToken(gateway, pullToken));
  }

  /** Path of something below the repository's address. */
  public String path(String rest) {
    return "/" + repository + rest;
  }
}
