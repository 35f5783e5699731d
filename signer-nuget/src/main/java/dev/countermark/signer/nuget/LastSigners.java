package dev.countermark.signer.nuget;

import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.signer.service.SignerIdentity;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Who signed last for each repository: nearly always who signs next. Only a guess that saves a
 * call, since every signature comes with the key that made it.
 */
final class LastSigners {
  /** Repositories that are remembered at most; beyond that all are dropped and asked for again. */
  private static final int MAX_REMEMBERED = 10_000;

  private record Last(PublicKeyVersion key, SignerIdentity signer) {}

  private final KeyClient keys;
  private final ConcurrentMap<RepositoryName, Last> remembered = new ConcurrentHashMap<>();

  LastSigners(KeyClient keys) {
    this.keys = keys;
  }

  /** Who presumably signs next. */
  SignerIdentity guess(RepositoryName repository) {
    Last last = remembered.get(repository);
    return last != null
        ? last.signer()
        : of(repository, keys.current(repository, PackageSigning.PURPOSE));
  }

  /** Who signed now. */
  SignerIdentity of(RepositoryName repository, PublicKeyVersion key) {
    Last last = remembered.get(repository);
    if (last != null && last.key().equals(key)) {
      return last.signer();
    }
    SignerIdentity signer = SignerIdentity.of(key);
    if (remembered.size() >= MAX_REMEMBERED) {
      remembered.clear();
    }
    remembered.put(repository, new Last(key, signer));
    return signer;
  }
}
