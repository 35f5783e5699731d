package dev.countermark.format.oci;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The signatures of one manifest by one key, every byte fixed but the signatures: {@link #prepare},
 * have {@link #hashes} signed, {@link #complete} once. Nothing depends on when or how often it is
 * done.
 */
public final class SignaturePlan {
  private final Descriptor subject;
  private final Instant created;
  private final List<Content> payloads;
  private final Optional<Content> statement;
  private boolean completed;

  private SignaturePlan(
      Descriptor subject, Instant created, List<Content> payloads, Optional<Content> statement) {
    this.subject = subject;
    this.created = created;
    this.payloads = List.copyOf(payloads);
    this.statement = statement;
  }

  /**
   * @param subject media type, digest and size of the manifest to be signed
   * @param created when it was pushed
   * @param references a legacy signature is made for each: {@code host/name}, {@code
   *     host/name:tag}; none for no legacy signature
   * @param bundle whether a bundle is made
   */
  public static SignaturePlan prepare(
      Descriptor subject, Instant created, List<String> references, boolean bundle) {
    List<Content> payloads = new ArrayList<>();
    for (String reference : references) {
      payloads.add(
          Content.blob(
              MediaTypes.SIMPLE_SIGNING, SimpleSigning.payload(reference, subject.digest())));
    }
    Optional<Content> statement =
        bundle
            ? Optional.of(Content.blob(MediaTypes.IN_TOTO, Bundles.statement(subject.digest())))
            : Optional.empty();
    return new SignaturePlan(subject, created, payloads, statement);
  }

  /** The SHA-256 hashes to be signed, in order: the legacy payloads, then the bundle. */
  public List<byte[]> hashes() {
    List<byte[]> hashes = new ArrayList<>();
    payloads.forEach(p -> hashes.add(Digest.hash("SHA-256", p.bytes())));
    statement.ifPresent(
        s -> hashes.add(Digest.hash("SHA-256", Bundles.pae(MediaTypes.IN_TOTO, s.bytes()))));
    return hashes;
  }

  /**
   * @param signatures DER, one per hash, in order
   * @param spki DER of the key that signed
   * @throws IllegalStateException when called twice
   */
  public Signed complete(List<byte[]> signatures, byte[] spki) {
    if (completed) {
      throw new IllegalStateException("a plan is completed once");
    }
    int wanted = payloads.size() + (statement.isPresent() ? 1 : 0);
    if (signatures.size() != wanted) {
      throw new IllegalArgumentException(
          wanted + " signatures are wanted, not " + signatures.size());
    }
    completed = true;
    List<LegacySignatures.Layer> layers = new ArrayList<>();
    for (int i = 0; i < payloads.size(); i++) {
      String signature = Base64.getEncoder().encodeToString(signatures.get(i));
      layers.add(new LegacySignatures.Layer(payloads.get(i), signature));
    }
    Optional<Bundle> bundle =
        statement.map(
            s -> {
              Content content =
                  Bundles.bundle(s.bytes(), signatures.get(signatures.size() - 1), spki);
              return new Bundle(content, Bundles.manifest(content, subject, created));
            });
    return new Signed(layers, bundle);
  }

  /**
   * @param content the bundle itself
   * @param manifest the referrer that holds it
   */
  public record Bundle(Content content, Content manifest) {}

  /** What one key made. */
  public record Signed(List<LegacySignatures.Layer> layers, Optional<Bundle> bundle) {
    public Signed {
      layers = List.copyOf(layers);
    }
  }

  /**
   * All manifests and blobs that make up a set of signatures.
   *
   * @param signatureManifest digest of the manifest behind the {@code .sig} tag
   * @param bundleManifests digests of the referrers
   * @param contents every manifest and blob, none twice
   */
  public record Pieces(
      Optional<Digest> signatureManifest, List<Digest> bundleManifests, List<Content> contents) {
    public Pieces {
      bundleManifests = List.copyOf(bundleManifests);
      contents = List.copyOf(contents);
    }

    /** The pieces of these signatures, of one key or several. */
    public static Pieces of(List<LegacySignatures.Layer> layers, List<Bundle> bundles) {
      List<Content> contents = new ArrayList<>();
      Optional<Digest> signatureManifest = Optional.empty();
      if (!layers.isEmpty()) {
        LegacySignatures.Rendered rendered = LegacySignatures.render(layers);
        add(contents, rendered.manifest());
        add(contents, rendered.config());
        layers.forEach(layer -> add(contents, layer.payload()));
        signatureManifest = Optional.of(rendered.manifest().digest());
      }
      List<Digest> bundleManifests = new ArrayList<>();
      for (Bundle bundle : bundles) {
        add(contents, bundle.manifest());
        add(contents, bundle.content());
        add(contents, Bundles.EMPTY_CONFIG);
        bundleManifests.add(bundle.manifest().digest());
      }
      return new Pieces(signatureManifest, bundleManifests, contents);
    }

    private static void add(List<Content> contents, Content content) {
      if (!contents.contains(content)) {
        contents.add(content);
      }
    }

    /** Reads the signatures back, to add more. */
    public List<LegacySignatures.Layer> layers() {
      return signatureManifest
          .flatMap(this::bytes)
          .map(manifest -> LegacySignatures.layers(manifest, this::bytes))
          .orElse(List.of());
    }

    /** Reads the bundles back, to add more. */
    public List<Bundle> bundles() {
      List<Bundle> bundles = new ArrayList<>();
      for (Digest digest : bundleManifests) {
        content(digest)
            .ifPresent(
                manifest ->
                    bundleOf(manifest, this::content)
                        .ifPresent(b -> bundles.add(new Bundle(b, manifest))));
      }
      return bundles;
    }

    private static Optional<Content> bundleOf(
        Content manifest, Function<Digest, Optional<Content>> lookup) {
      return StrictJson.object(manifest.bytes())
          .map(json -> json.path("layers").path(0).path("digest").asText())
          .flatMap(Digest::parse)
          .flatMap(lookup);
    }

    public Optional<Content> content(Digest digest) {
      return contents.stream().filter(c -> c.digest().equals(digest)).findFirst();
    }

    private Optional<byte[]> bytes(Digest digest) {
      return content(digest).map(Content::bytes);
    }
  }
}
