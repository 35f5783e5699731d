package dev.countermark.gateway.oci;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.oci.ClusterPolicies;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.InvalidManifestException;
import dev.countermark.format.oci.Manifest;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciName;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.RecordedSignatures;
import dev.countermark.format.oci.RuntimeFiles;
import dev.countermark.format.oci.SignatureTags;
import dev.countermark.format.oci.TrustDocuments;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.Marks;
import dev.countermark.gateway.kit.PublicKeys;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.SettingsForm;
import dev.countermark.gateway.kit.TrustMaterial;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Images in the gateway. */
final class OciGateway implements GatewayFormat<ManifestRecord, OciSettings> {
  private static final OciFormat FORMAT = new OciFormat();
  private static final String COSIGN = "cosign.pub";
  private static final String POLICY = "policy.json";
  private static final String REGISTRIES = "registries.yaml";
  private static final String KYVERNO = "kyverno.yaml";
  private static final String POLICY_CONTROLLER = "policy-controller.yaml";
  private static final String CONTAINERD = "hosts.toml";
  private static final String CRIO = "crio.conf";
  private static final String TRUSTED_ROOT = "trusted_root.json";
  private static final List<String> FORMER = List.of(COSIGN, POLICY, REGISTRIES, TRUSTED_ROOT);
  private static final Pattern FORMER_KEY = Pattern.compile("[0-9a-f]{64}\\.pub");

  private final RepositoryAccess<OciSettings> access;
  private final SignatureView signatures;
  private final Blobs blobs;
  private final Sight sight;
  private final ManifestDeletions deletions;
  private final String signedHost;

  /**
   * @param signedHost host and port that signatures state
   */
  OciGateway(
      RepositoryAccess<OciSettings> access,
      SignatureView signatures,
      Blobs blobs,
      Sight sight,
      ManifestDeletions deletions,
      String signedHost) {
    this.signedHost = signedHost;
    this.access = access;
    this.signatures = signatures;
    this.blobs = blobs;
    this.sight = sight;
    this.deletions = deletions;
  }

  @Override
  public OciFormat format() {
    return FORMAT;
  }

  @Override
  public SettingsForm<OciSettings> settings() {
    return new OciSettingsForm();
  }

  @Override
  public RepositoryAccess<OciSettings> access() {
    return access;
  }

  @Override
  public OciInventory inventory() {
    return new OciInventory(deletions);
  }

  /** What was there of another repository of that name is not there for this one. */
  @Override
  public void forget(RepositoryName repository) {
    signatures.forget(repository);
    blobs.forget(repository);
    sight.forget(repository);
  }

  /** A piece of a signature is made again by who asks for the signature next. */
  @Override
  public void damagedOrRight(String key) {
    OciKeys.blobOf(key).ifPresent(blob -> signatures.forgetPieces());
  }

  @Override
  public Map<String, String> addresses(String base) {
    String keys = base + "/{owner}/{repository}/keys/oci/";
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put(
        "registry", URI.create(base).getRawAuthority() + "/{owner}/{repository}[/{image}]");
    addresses.put("publicKey", keys + COSIGN);
    addresses.put("containersPolicy", keys + POLICY);
    addresses.put("containersRegistries", keys + REGISTRIES);
    addresses.put("trustedRoot", keys + TRUSTED_ROOT);
    return addresses;
  }

  @Override
  public Marks marks() {
    return new OciMarks();
  }

  /** An image by digest: {@code [image…]@algorithm:hex}. */
  @Override
  public Optional<String> statusKey(RepositoryName repository, String rest) {
    int at = rest.lastIndexOf('@');
    if (at < 0) {
      return Optional.empty();
    }
    String image = rest.substring(0, at);
    String name = image.isEmpty() ? repository.toString() : repository + "/" + image;
    return OciName.parse(name)
        .flatMap(n -> FORMAT.recordKey(repository, n.value(), rest.substring(at + 1)));
  }

  @Override
  public boolean mayBeTold(RepositoryAccess.Granted<OciSettings> caller, ManifestRecord record) {
    return record.state() != State.DELETED
        && (!SignedOnly.appliesTo(caller.access(), caller.repository()) || Sight.isVisible(record));
  }

  @Override
  public void goOn() {
    deletions.goOn();
  }

  /**
   * A status names signatures by digest, so they must be there, as when the registry shows them.
   */
  @Override
  public void shown(ManifestRecord record) {
    record.signatures().ifPresent(s -> signatures.materialise(record, s));
  }

  @Override
  public boolean isRight(ManifestRecord record) {
    return isRight(record.digest(), record.content())
        && record.signatures().stream()
            .flatMap(s -> s.pieces().stream())
            .allMatch(piece -> isRight(piece.digest(), piece.content()));
  }

  private static boolean isRight(String digest, Bytes content) {
    return Digest.parse(digest).filter(d -> d.matches(content.toArray())).isPresent();
  }

  /** Its blobs, in either form. */
  @Override
  public Stream<String> needs(ManifestRecord record) {
    try {
      return Manifest.parse(record.content().toArray(), record.mediaType()).requiredBlobs().stream()
          .flatMap(
              digest ->
                  Stream.of(
                      OciKeys.blobBytes(record.name(), digest.toString()),
                      OciKeys.blob(record.name(), digest.toString())));
    } catch (InvalidManifestException e) {
      return Stream.empty();
    }
  }

  /** Where each form of the signature is found. */
  @Override
  public Map<String, Object> statusDetails(ManifestRecord record) {
    return Map.of(
        "signatures",
        record.signatures().map(s -> signatures(record.digest(), s)).orElse(List.of()));
  }

  private static List<Map<String, Object>> signatures(String subject, Signatures signatures) {
    List<Map<String, Object>> found = new ArrayList<>();
    signatures
        .signatureManifest()
        .ifPresent(
            digest -> {
              Map<String, Object> legacy = signature(SignatureFormat.LEGACY, digest);
              SignatureTags.signature(Digest.of(subject)).ifPresent(tag -> legacy.put("tag", tag));
              found.add(legacy);
            });
    signatures
        .bundleManifests()
        .forEach(digest -> found.add(signature(SignatureFormat.BUNDLE, digest)));
    return found;
  }

  private static Map<String, Object> signature(SignatureFormat format, String digest) {
    Map<String, Object> signature = new LinkedHashMap<>();
    signature.put("format", format);
    signature.put("digest", digest);
    return signature;
  }

  @Override
  public TrustMaterial<OciSettings> trust() {
    return new Trust();
  }

  private final class Trust implements TrustMaterial<OciSettings> {
    @Override
    public List<String> files() {
      return List.of(
          COSIGN, POLICY, REGISTRIES, TRUSTED_ROOT, KYVERNO, POLICY_CONTROLLER, CONTAINERD, CRIO);
    }

    /**
     * The first of them, and every key by its fingerprint, were there before other formats came.
     */
    @Override
    public boolean formerly(String file) {
      return FORMER.contains(file) || FORMER_KEY.matcher(file).matches();
    }

    @Override
    public Optional<Document> document(String file, Asked<OciSettings> asked) {
      // As clients write it who come the way that this request came.
      String scope = URI.create(asked.base()).getRawAuthority() + "/" + asked.repository();
      return switch (file) {
        case COSIGN ->
            Optional.of(
                new Document(Document.PEM, Bytes.utf8(PublicKeys.current(asked.versions()).pem())));
        case POLICY ->
            document(
                Document.JSON,
                TrustDocuments.policy(
                    scope, signedHost + "/" + asked.repository(), trusted(asked)));
        case REGISTRIES -> document(Document.YAML, TrustDocuments.registries(scope));
        case TRUSTED_ROOT -> document(Document.JSON, TrustDocuments.trustedRoot());
        case KYVERNO ->
            document(
                Document.YAML,
                ClusterPolicies.kyverno(
                    asked.repository().toString(), scope, isPlain(asked), trusted(asked)));
        case POLICY_CONTROLLER ->
            document(
                Document.YAML,
                ClusterPolicies.policyController(
                    asked.repository().toString(), scope, trusted(asked)));
        case CONTAINERD -> document(Document.TOML, RuntimeFiles.containerd(asked.base()));
        case CRIO -> document(Document.TOML, RuntimeFiles.crio(asked.base()));
        default -> Optional.empty();
      };
    }

    private static boolean isPlain(Asked<OciSettings> asked) {
      return "http".equals(URI.create(asked.base()).getScheme());
    }

    private static Optional<Document> document(String type, byte[] content) {
      return Optional.of(new Document(type, Bytes.of(content)));
    }

    /** The current key first, then the older ones, none that is revoked. */
    private static List<String> trusted(Asked<OciSettings> asked) {
      PublicKeyVersion current = PublicKeys.current(asked.versions());
      return Stream.concat(
              Stream.of(current),
              asked.versions().stream().filter(v -> !v.current() && v.revokedAt().isEmpty()))
          .map(PublicKeyVersion::pem)
          .toList();
    }
  }

  /** Which tags point to it is in other records. */
  @Override
  public Optional<Boolean> isInOrder(
      ManifestRecord record, OciSettings settings, PublicKeyVersion current) {
    Set<SignatureFormat> formats = settings.signatureFormats();
    boolean asFarAsItTells =
        RecordedSignatures.isInOrder(
            record,
            formats,
            signedHost + "/" + record.name(),
            current.fingerprint(),
            current.spki().toArray());
    return asFarAsItTells && settings.signTags() && formats.contains(SignatureFormat.LEGACY)
        ? Optional.empty()
        : Optional.of(asFarAsItTells);
  }
}
