package dev.countermark.keyservice;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.AuthorityRecord.RootKey;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The installation's own authorities in the bucket, one per purpose, in the envelope of all keys.
 */
final class OwnAuthorities {
  private final Records records;
  private final KeyEnvelope envelope;

  OwnAuthorities(BlobStore store, KeyEnvelope envelope) {
    this.records = new Records(store);
    this.envelope = envelope;
  }

  /**
   * An authority and when it was made.
   *
   * @param root the key of its root, where the authority is an intermediate
   */
  record Own(Authority authority, Optional<SigningKey> root, Instant createdAt) {}

  /**
   * @throws KeyServiceException {@code RECORD_UNUSABLE}
   */
  Optional<Own> find(Purpose purpose) {
    return records
        .read(KeysBucket.authority(purpose), AuthorityRecord.class)
        .map(record -> open(record, purpose));
  }

  /**
   * @return false when another call made it first
   */
  boolean create(Purpose purpose, Own own) {
    SigningKey key = own.authority().key();
    List<Bytes> chain = own.authority().encodedChain();
    KeyEnvelope.Sealed sealed =
        envelope.seal(key, binding(purpose, own.createdAt(), chain, Part.AUTHORITY));
    Optional<RootKey> root =
        own.root()
            .map(
                it -> {
                  KeyEnvelope.Sealed hidden =
                      envelope.seal(it, binding(purpose, own.createdAt(), chain, Part.ROOT));
                  return new RootKey(
                      it.algorithm(), hidden.wrappedDataKey(), hidden.encryptedPrivateKey());
                });
    return records.create(
        KeysBucket.authority(purpose),
        new AuthorityRecord(
            AuthorityRecord.FORMAT,
            purpose.label(),
            key.algorithm(),
            chain,
            own.createdAt(),
            envelope.rootId(),
            sealed.wrappedDataKey(),
            sealed.encryptedPrivateKey(),
            root));
  }

  /** The record of an authority with its data keys wrapped by the envelope's root. */
  AuthorityRecord rewrapped(AuthorityRecord record, Purpose purpose, RootSecret former) {
    String where = "the authority of " + purpose.label();
    return record.wrapped(
        envelope.rootId(),
        envelope.rewrapped(
            where,
            record.wrappedDataKey(),
            binding(purpose, record.createdAt(), record.certificates(), Part.AUTHORITY),
            former),
        record
            .root()
            .map(
                hidden ->
                    envelope.rewrapped(
                        where,
                        hidden.wrappedDataKey(),
                        binding(purpose, record.createdAt(), record.certificates(), Part.ROOT),
                        former)));
  }

  private Own open(AuthorityRecord record, Purpose purpose) {
    String where = "the authority of " + purpose.label();
    if (record.format() != AuthorityRecord.FORMAT) {
      throw unusable(where + " has format " + record.format());
    }
    SigningKey key =
        envelope.open(
            where,
            record.algorithm(),
            record.rootId(),
            new KeyEnvelope.Sealed(record.wrappedDataKey(), record.encryptedPrivateKey()),
            binding(purpose, record.createdAt(), record.certificates(), Part.AUTHORITY));
    List<X509Certificate> chain = record.certificates().stream().map(Certificates::read).toList();
    requireKeyOf(chain.get(0), key, where);
    Optional<SigningKey> root =
        record
            .root()
            .map(
                hidden ->
                    envelope.open(
                        where,
                        hidden.algorithm(),
                        record.rootId(),
                        new KeyEnvelope.Sealed(
                            hidden.wrappedDataKey(), hidden.encryptedPrivateKey()),
                        binding(purpose, record.createdAt(), record.certificates(), Part.ROOT)));
    root.ifPresent(it -> requireKeyOf(chain.get(chain.size() - 1), it, where));
    return new Own(new Authority(key, chain), root, record.createdAt());
  }

  private static void requireKeyOf(X509Certificate certificate, SigningKey key, String where) {
    if (!key.spki().equals(Bytes.of(certificate.getPublicKey().getEncoded()))) {
      throw unusable(where + " does not hold the key that its certificate names");
    }
  }

  private static KeyServiceException unusable(String detail) {
    return new KeyServiceException(KeyServiceException.Code.RECORD_UNUSABLE, detail);
  }

  /** Which of the keys in a record: one does not open in place of the other. */
  private enum Part {
    AUTHORITY(""),
    ROOT("key=root\n");

    private final String line;

    Part(String line) {
      this.line = line;
    }
  }

  private static KeyEnvelope.Binding binding(
      Purpose purpose, Instant createdAt, List<Bytes> chain, Part key) {
    StringBuilder about = new StringBuilder();
    about.append("\npurpose=").append(purpose.label());
    about.append("\ncreated=").append(createdAt).append('\n');
    for (Bytes certificate : chain) {
      about.append("certificate=").append(Certificates.fingerprint(certificate)).append('\n');
    }
    about.append(key.line);
    return part ->
        ("countermark authority record\nformat="
                + AuthorityRecord.FORMAT
                + "\npart="
                + part
                + about)
            .getBytes(StandardCharsets.UTF_8);
  }
}
