package dev.countermark.keyservice.http;

import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.Caller;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/**
 * Tells who calls: by bearer credential, or by the subject of a certificate that TLS has verified.
 */
final class Clients {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Client(Caller caller, byte[] credentialSha256, X500Principal subject) {}

  private final List<Client> clients;

  private Clients(List<Client> clients) {
    this.clients = clients;
  }

  /**
   * @param known purposes that clients may have
   * @throws IllegalArgumentException naming the setting that is wrong
   */
  static Clients of(Map<String, KeyServiceConfig.Client> settings, SortedSet<Purpose> known) {
    List<Client> clients = new ArrayList<>();
    settings.forEach((name, client) -> clients.add(client(name, client, known)));
    return new Clients(List.copyOf(clients));
  }

  private static Client client(
      String name, KeyServiceConfig.Client settings, SortedSet<Purpose> known) {
    String key = "countermark.keyservice.clients." + name;
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(key + ": a name has 1 to 64 of A-Z a-z 0-9 . _ -");
    }
    if (settings.credentialSha256().isEmpty() && settings.certificateSubject().isEmpty()) {
      throw new IllegalArgumentException(key + " needs credential-sha256 or certificate-subject");
    }
    settings
        .credentialSha256()
        .filter(hash -> !SHA256.matcher(hash).matches())
        .ifPresent(
            hash -> {
              throw new IllegalArgumentException(
                  key + ".credential-sha256 is not 64 lower-case hexadecimal digits");
            });
    return new Client(
        new Caller(
            name,
            purposes(key, settings.purposes().orElse(List.of()), known),
            settings.maySign(),
            settings.mayRotate(),
            settings.mayAudit()),
        settings.credentialSha256().map(HexFormat.of()::parseHex).orElse(null),
        settings.certificateSubject().map(subject -> subject(key, subject)).orElse(null));
  }

  private static Set<Purpose> purposes(String key, List<String> names, SortedSet<Purpose> known) {
    Set<Purpose> purposes = new HashSet<>();
    for (String name : names) {
      purposes.add(
          known.stream()
              .filter(p -> p.label().equals(name))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          key + ".purposes: unknown: " + name + "; there are " + known)));
    }
    return purposes;
  }

  private static X500Principal subject(String key, String text) {
    try {
      return new X500Principal(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          key + ".certificate-subject is not a distinguished name", e);
    }
  }

  /** Whether anybody may use keys of that purpose. */
  boolean anyFor(Purpose purpose) {
    return clients.stream().anyMatch(c -> c.caller().purposes().contains(purpose));
  }

  boolean isEmpty() {
    return clients.isEmpty();
  }

  /** Compares in constant time, and always with every client. */
  Optional<Caller> byCredential(String credential) {
    byte[] hash = sha256(credential);
    Optional<Caller> found = Optional.empty();
    for (Client client : clients) {
      if (client.credentialSha256() != null
          && MessageDigest.isEqual(client.credentialSha256(), hash)) {
        found = Optional.of(client.caller());
      }
    }
    return found;
  }

  /**
   * @param subject of a certificate whose chain and key TLS has verified
   */
  Optional<Caller> bySubject(X500Principal subject) {
    return clients.stream()
        .filter(client -> subject.equals(client.subject()))
        .map(Client::caller)
        .findFirst();
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
