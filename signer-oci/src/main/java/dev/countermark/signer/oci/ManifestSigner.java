package dev.countermark.signer.oci;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Obstacle;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.oci.CosignVerifier;
import dev.countermark.format.oci.Descriptor;
import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.LegacySignatures.Layer;
import dev.countermark.format.oci.OciFormat;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.OciSettings;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import dev.countermark.format.oci.RecordedSignatures;
import dev.countermark.format.oci.SignaturePlan;
import dev.countermark.format.oci.SignaturePlan.Bundle;
import dev.countermark.format.oci.SignaturePlan.Pieces;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.signing.Lane;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds which signatures of one manifest are missing, has them made, verifies them, adds them. */
final class ManifestSigner {
  private static final Purpose PURPOSE = new Purpose("oci");

  /** Items of one call to the key service. */
  private static final int MAX_ITEMS = 256;

  private final TagReferences references;
  private final KeyClient keys;
  private final Clock clock;

  ManifestSigner(TagReferences references, KeyClient keys, Clock clock) {
    this.references = references;
    this.keys = keys;
    this.clock = clock;
  }

  /** What is to be made, and by which key if it matters. */
  private record Missing(Optional<PublicKeyVersion> key, List<String> references, boolean bundle) {
    boolean nothing() {
      return references.isEmpty() && !bundle;
    }
  }

  /**
   * @param subject descriptor of the record's content
   * @param lane a resync also verifies what is there, and makes anew what is damaged
   * @return the record's own signatures when nothing was missing
   * @throws Failure.Transient when the key service or the store is away, or the key was rotated
   *     meanwhile
   * @throws IllegalStateException when a signature that was made does not verify: a bug here or in
   *     the key service
   */
  Signatures upToDate(ManifestRecord record, Descriptor subject, OciSettings settings, Lane lane) {
    Signatures existing =
        record
            .signatures()
            .orElseGet(() -> new Signatures(List.of(), Optional.empty(), List.of(), List.of()));
    // Without any signature it does not matter which key is current: one call less per image.
    Optional<PublicKeyVersion> current =
        existing.by().isEmpty()
            ? Optional.empty()
            : Optional.of(keys.current(record.repository(), PURPOSE));
    if (lane == Lane.RESYNC && current.isPresent()) {
      existing = withoutDamage(existing, record.repository(), current.get(), subject.digest());
    }
    Missing missing = missing(record, settings, existing, current);
    if (missing.nothing()) {
      return existing;
    }
    SignaturePlan plan =
        SignaturePlan.prepare(subject, record.pushedAt(), missing.references(), missing.bundle());
    SignedBatch batch = sign(record, plan.hashes());
    if (missing.key().isPresent()
        && !missing.key().get().fingerprint().equals(batch.key().fingerprint())) {
      throw justRotated(record);
    }
    SignaturePlan.Signed made =
        plan.complete(
            batch.signatures().stream().map(Bytes::toArray).toList(), batch.key().spki().toArray());
    verify(made, missing, batch.key(), subject.digest());
    return with(existing, made, missing, batch.key());
  }

  private Missing missing(
      ManifestRecord record,
      OciSettings settings,
      Signatures existing,
      Optional<PublicKeyVersion> current) {
    Optional<SignedBy> own = current.flatMap(key -> by(existing, key));
    Set<SignatureFormat> formats = settings.signatureFormats();
    Set<String> wanted = new LinkedHashSet<>();
    if (formats.contains(SignatureFormat.LEGACY)) {
      wanted.add(references.bare(record.name()));
      if (settings.signTags()) {
        wanted.addAll(references.tagged(record));
      }
      own.ifPresent(o -> o.references().forEach(wanted::remove));
    }
    boolean bundle =
        formats.contains(SignatureFormat.BUNDLE)
            && own.filter(o -> o.formats().contains(SignatureFormat.BUNDLE)).isEmpty();
    return new Missing(current, List.copyOf(wanted), bundle);
  }

  private static Optional<SignedBy> by(Signatures signatures, PublicKeyVersion key) {
    return signatures.by().stream()
        .filter(b -> b.fingerprint().equals(key.fingerprint()))
        .findFirst();
  }

  private SignedBatch sign(ManifestRecord record, List<byte[]> hashes) {
    String purl = OciFormat.purl(record.name(), record.digest());
    List<Item> items =
        hashes.stream().map(h -> new Item(purl, record.digest(), Bytes.of(h))).toList();
    PublicKeyVersion key = null;
    List<Bytes> signatures = new ArrayList<>();
    for (int from = 0; from < items.size(); from += MAX_ITEMS) {
      List<Item> some = items.subList(from, Math.min(items.size(), from + MAX_ITEMS));
      SignedBatch batch = keys.sign(record.repository(), PURPOSE, some);
      if (key != null && !key.fingerprint().equals(batch.key().fingerprint())) {
        throw justRotated(record);
      }
      key = batch.key();
      signatures.addAll(batch.signatures());
    }
    return new SignedBatch(key, signatures);
  }

  private static Failure justRotated(ManifestRecord record) {
    return new Failure.Transient(
        Obstacle.KEY_CHANGING, "the key of " + record.repository() + " was just rotated", null);
  }

  /** Clients refuse the image over one bad signature, so nothing unverified is stored. */
  private static void verify(
      SignaturePlan.Signed made, Missing missing, PublicKeyVersion key, Digest subject) {
    CosignVerifier verifier = verifier(List.of(key));
    boolean layers =
        made.layers().stream()
            .map(l -> RecordedSignatures.reference(verifier, l, subject).orElse("none"))
            .toList()
            .equals(missing.references());
    if (!layers
        || made.bundle()
            .filter(b -> !RecordedSignatures.accepts(verifier, b, subject))
            .isPresent()) {
      throw new IllegalStateException(
          "the signatures that key " + key.fingerprint() + " just made do not verify");
    }
  }

  private Signatures with(
      Signatures existing, SignaturePlan.Signed made, Missing missing, PublicKeyVersion key) {
    Pieces before = RecordedSignatures.pieces(existing);
    List<Layer> layers = new ArrayList<>(before.layers());
    layers.addAll(made.layers());
    List<Bundle> bundles = new ArrayList<>(before.bundles());
    made.bundle().ifPresent(bundles::add);
    Pieces after = Pieces.of(layers, bundles);
    if (!after.layers().equals(layers) || !after.bundles().equals(bundles)) {
      throw new IllegalStateException("the signatures are not read back as they were written");
    }
    List<SignedBy> by = new ArrayList<>(existing.by());
    Optional<SignedBy> own = by(existing, key);
    own.ifPresent(by::remove);
    by.add(added(own, missing, key));
    return RecordedSignatures.signatures(by, after);
  }

  private SignedBy added(Optional<SignedBy> own, Missing missing, PublicKeyVersion key) {
    Set<SignatureFormat> formats = EnumSet.noneOf(SignatureFormat.class);
    own.ifPresent(o -> formats.addAll(o.formats()));
    Set<String> all = new LinkedHashSet<>();
    own.ifPresent(o -> all.addAll(o.references()));
    all.addAll(missing.references());
    if (!all.isEmpty()) {
      formats.add(SignatureFormat.LEGACY);
    }
    if (missing.bundle()) {
      formats.add(SignatureFormat.BUNDLE);
    }
    return new SignedBy(
        key.version(),
        key.fingerprint(),
        formats,
        List.copyOf(all),
        own.map(SignedBy::signedAt).orElseGet(clock::instant));
  }

  /**
   * Drops what no key of the repository made, so that it is made again. Everything else stays as it
   * is, the signatures of earlier keys included.
   *
   * @return {@code existing} itself when there is no damage
   */
  private Signatures withoutDamage(
      Signatures existing, RepositoryName repository, PublicKeyVersion current, Digest subject) {
    Optional<SignedBy> own = by(existing, current);
    if (own.isEmpty()) {
      return existing;
    }
    RecordedSignatures recorded = RecordedSignatures.of(existing, subject);
    RecordedSignatures.Valid valid = recorded.by(current.spki().toArray());
    if (recorded.isWhole() && valid.covers(own.get())) {
      return existing;
    }
    Set<String> references = valid.references();
    CosignVerifier byAny = verifier(keys.versions(repository, PURPOSE));
    List<SignedBy> others = new ArrayList<>(existing.by());
    others.remove(own.get());
    Set<SignatureFormat> formats = EnumSet.noneOf(SignatureFormat.class);
    if (!references.isEmpty()) {
      formats.add(SignatureFormat.LEGACY);
    }
    if (valid.bundle()) {
      formats.add(SignatureFormat.BUNDLE);
    }
    if (!formats.isEmpty()) {
      others.add(
          new SignedBy(
              current.version(),
              current.fingerprint(),
              formats,
              own.get().references().stream().filter(references::contains).toList(),
              own.get().signedAt()));
    }
    return RecordedSignatures.signatures(
        others,
        Pieces.of(
            recorded.pieces().layers().stream()
                .filter(l -> RecordedSignatures.reference(byAny, l, subject).isPresent())
                .toList(),
            recorded.pieces().bundles().stream()
                .filter(b -> RecordedSignatures.accepts(byAny, b, subject))
                .toList()));
  }

  private static CosignVerifier verifier(List<PublicKeyVersion> keys) {
    return new CosignVerifier(keys.stream().map(k -> k.spki().toArray()).toList());
  }
}
