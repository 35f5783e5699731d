package dev.countermark.signer.echo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Failure;
import dev.countermark.contracts.Format;
import dev.countermark.format.certificates.EcdsaSignature;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.keys.KeyClient.Item;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keys.KeyClient.SignedBatch;
import dev.countermark.signer.service.PackageRequest;
import dev.countermark.signer.service.SignerFormat;
import dev.countermark.signer.service.UploadSource;
import dev.countermark.signing.Lane;
import java.io.IOException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;

/** Signs the SHA-256 of a file with the repository's key. */
final class EchoSigner implements SignerFormat<EchoRecord, EchoSettings> {
  private static final EchoFormat FORMAT = new EchoFormat();
  private static final Purpose PURPOSE = new Purpose(FORMAT.label());

  private final BlobStore store;
  private final KeyClient keys;
  private final Clock clock;

  EchoSigner(BlobStore store, KeyClient keys, Clock clock) {
    this.store = store;
    this.keys = keys;
    this.clock = clock;
  }

  @Override
  public Format<EchoRecord, EchoSettings> format() {
    return FORMAT;
  }

  @Override
  public EchoRecord upToDate(EchoRecord record, EchoSettings settings, PackageRequest request) {
    // An upload's event signs nothing anew: that is what resyncs are for.
    if (record.signature().isPresent() && (request.lane() == Lane.UPLOAD || isCurrent(record))) {
      return record;
    }
    Bytes hash = hash(record);
    SignedBatch made =
        keys.sign(
            record.repository(),
            PURPOSE,
            List.of(new Item(FORMAT.purl(record), record.digest(), hash)));
    Bytes value = made.signatures().get(0);
    requireGenuine(made.key(), hash, value);
    return record.signed(
        new EchoRecord.Signature(
            made.key().version(), made.key().fingerprint(), value, clock.instant()));
  }

  private boolean isCurrent(EchoRecord record) {
    String current = keys.current(record.repository(), PURPOSE).fingerprint();
    return record.signature().filter(s -> s.fingerprint().equals(current)).isPresent();
  }

  /** Of the bytes as they are stored, which must be what was pushed. */
  private Bytes hash(EchoRecord record) {
    try {
      new UploadSource(store, record.upload()).requirePushed(0);
      return Bytes.of(HexFormat.of().parseHex(record.upload().sha256()));
    } catch (IOException e) {
      throw new Failure.Transient("cannot read the upload of " + record.name(), e);
    }
  }

  /** Nothing is stored that a reader would refuse. */
  private static void requireGenuine(PublicKeyVersion key, Bytes hash, Bytes value) {
    if (!EcdsaSignature.isGenuine(key.spki().toArray(), hash.toArray(), value.toArray())) {
      throw new IllegalStateException("the signature that was just made does not verify");
    }
  }
}
