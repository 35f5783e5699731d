package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.KeyTerms.Acceptance;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.Purposes;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** What the tests of the key service share. */
public final class Fixtures {
  static final KeyScope SCOPE =
      new KeyScope(new RepositoryName("acme", "tools"), new Purpose("oci"));
  static final Caller SIGNER =
      new Caller("signer-oci", Set.of(new Purpose("oci")), true, false, false);
  static final Caller OPERATOR =
      new Caller("operator", Set.of(new Purpose("oci")), false, true, false);
  static final Caller READER =
      new Caller("gateway", Set.of(new Purpose("oci")), false, false, false);
  static final KeyScope NUGET =
      new KeyScope(new RepositoryName("acme", "tools"), new Purpose("nuget"));
  static final Caller NUGET_SIGNER =
      new Caller("signer-nuget", Set.of(new Purpose("nuget")), true, false, false);
  static final Caller NUGET_OPERATOR =
      new Caller("operator", Set.of(new Purpose("nuget")), false, true, false);
  static final KeyScope SWIFT =
      new KeyScope(new RepositoryName("acme", "tools"), new Purpose("swift"));
  static final Caller SWIFT_SIGNER =
      new Caller("signer-swift", Set.of(new Purpose("swift")), true, false, false);
  static final Caller SWIFT_OPERATOR =
      new Caller("operator", Set.of(new Purpose("swift")), false, true, false);
  static final Caller STRANGER = new Caller("signer-other", Set.of(), true, true, false);

  /** RSA and nothing else, and every extension. */
  static final Acceptance RSA = new Acceptance(false, true);

  /** Curves beside RSA, and few extensions. */
  static final Acceptance CURVES = new Acceptance(true, false);

  private Fixtures() {}

  /** A root secret that is always the same for one seed. */
  static RootSecret root(int seed) {
    byte[] secret = new byte[RootSecret.MIN_LENGTH];
    Arrays.fill(secret, (byte) seed);
    return RootSecret.consume(secret);
  }

  /** A replica with its own memory over a shared store. */
  static KeyService replica(BlobStore store) {
    return replica(store, Clock.systemUTC());
  }

  /** The same with another clock. */
  static KeyService replica(BlobStore store, Clock clock) {
    return replica(store, clock, Optional.empty());
  }

  /** The same with an imported authority. */
  static KeyService replica(BlobStore store, Clock clock, Optional<ImportedAuthority> imported) {
    return replica(store, clock, imported, Optional.empty());
  }

  /** The same with an imported authority of Swift keys, too. */
  static KeyService replica(
      BlobStore store,
      Clock clock,
      Optional<ImportedAuthority> imported,
      Optional<ImportedAuthority> swift) {
    return replica(store, clock, imported, swift, Optional.empty());
  }

  /** The same with an OCSP responder. */
  static KeyService replica(
      BlobStore store,
      Clock clock,
      Optional<ImportedAuthority> imported,
      Optional<ImportedAuthority> swift,
      Optional<URI> responder) {
    return replica(store, clock, policies(imported, swift, responder));
  }

  /** A replica with a root secret of its own. */
  static KeyService replica(BlobStore store, RootSecret root) {
    return replica(
        store,
        root,
        Clock.systemUTC(),
        policies(Optional.empty(), Optional.empty(), Optional.empty()));
  }

  private static Map<Purpose, KeyPolicy> policies(
      Optional<ImportedAuthority> imported,
      Optional<ImportedAuthority> swift,
      Optional<URI> responder) {
    Map<Purpose, KeyPolicy> policies = new HashMap<>();
    Purposes.found()
        .forEach(
            (purpose, terms) ->
                policies.put(
                    purpose,
                    new KeyPolicy(
                        terms,
                        2_048,
                        2_048,
                        "Example",
                        of(purpose, NUGET, imported).or(() -> of(purpose, SWIFT, swift)),
                        of(purpose, SWIFT, responder))));
    return policies;
  }

  /** The same with what tests bring themselves. */
  static KeyService replica(BlobStore store, Clock clock, Map<Purpose, KeyPolicy> policies) {
    return replica(store, root(1), clock, policies);
  }

  private static KeyService replica(
      BlobStore store, RootSecret root, Clock clock, Map<Purpose, KeyPolicy> policies) {
    return new KeyService(
        store,
        root,
        clock,
        new KeyService.Limits(Duration.ofHours(1), Duration.ofHours(1), 100),
        policies);
  }

  private static <T> Optional<T> of(Purpose purpose, KeyScope scope, Optional<T> value) {
    return value.filter(it -> purpose.equals(scope.purpose()));
  }

  /** An item over the SHA-256 of {@code text}. */
  static Item item(String text) {
    byte[] hash = Hashes.sha256(text.getBytes(StandardCharsets.UTF_8));
    String digest = "sha256:" + HexFormat.of().formatHex(hash);
    return new Item("pkg:oci/app@" + digest.replace(":", "%3A"), digest, Bytes.of(hash));
  }

  /** What the verifier finds wrong, one text each. */
  static List<String> breaks(BlobStore store, boolean recompute) {
    List<String> found = new ArrayList<>();
    long count =
        replica(store)
            .verifier()
            .verify(
                Optional.empty(),
                recompute,
                report(b -> found.add(b.chain() + ": " + b.what()), chain -> {}));
    if (count != found.size()) {
      throw new AssertionError("counted " + count + ", reported " + found);
    }
    return found;
  }

  static AuditVerifier.Report report(
      Consumer<AuditVerifier.Break> onBreak, Consumer<AuditVerifier.Chain> onChain) {
    return new AuditVerifier.Report() {
      @Override
      public void broken(AuditVerifier.Break found) {
        onBreak.accept(found);
      }

      @Override
      public void read(AuditVerifier.Chain chain) {
        onChain.accept(chain);
      }
    };
  }

  /** All records of a chain, oldest first. */
  static List<AuditRecord> records(BlobStore store, String chain) {
    AuditSeal seal = new AuditSeal(root(1));
    return store.list(chain, "", 1000).entries().stream()
        .map(e -> store.get(e.key()).orElseThrow().content())
        .map(
            bytes -> {
              try {
                return seal.open(bytes).record();
              } catch (AuditSeal.BrokenException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }
}
