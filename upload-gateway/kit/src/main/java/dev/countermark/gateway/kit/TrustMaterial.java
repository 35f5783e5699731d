package dev.countermark.gateway.kit;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.List;
import java.util.Optional;

/**
 * What consumers of one format need besides keys and certificates, which are served for all formats
 * alike.
 *
 * @param <S> the format's settings
 */
public interface TrustMaterial<S> {
  /** Names of the files, for people who ask for another one. */
  default List<String> files() {
    return List.of();
  }

  /**
   * One of them.
   *
   * @return empty when there is none of that name
   * @throws ProblemException when a parameter cannot be one
   */
  default Optional<Document> document(String file, Asked<S> asked) {
    return Optional.empty();
  }

  /** Whether a file was at {@code /keys/{file}} before; it is redirected from there. */
  default boolean formerly(String file) {
    return false;
  }

  /**
   * What is asked for.
   *
   * @param base of the scheme that the request came by, without a slash at the end
   * @param best https where there is any, without a slash at the end
   * @param parameters of the query
   * @param versions of the key, oldest first, at least one
   */
  record Asked<S>(
      RepositoryName repository,
      S settings,
      String base,
      String best,
      MultivaluedMap<String, String> parameters,
      List<PublicKeyVersion> versions) {}

  /** A small file. */
  record Document(String mediaType, Bytes content) {
    public static final String PEM = "application/x-pem-file";
    public static final String DER = "application/pkix-cert";
    public static final String JSON = "application/json";
    public static final String YAML = "application/yaml";
    public static final String TOML = "application/toml";
    public static final String XML = "application/xml";
  }
}
