package dev.countermark.signer.echo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

class EchoSignerTest extends SignerContract<EchoRecord, EchoSettings> {
  private static final byte[] FILE = "a file".getBytes(StandardCharsets.UTF_8);

  @Override
  protected SignerFormat<EchoRecord, EchoSettings> signer(
      BlobStore store, KeyClient keys, Clock clock) {
    return new EchoSigner(store, keys, clock);
  }

  @Override
  protected EchoRecord push(BlobStore store) {
    return push(store, "sound", sha256(FILE));
  }

  @Override
  protected EchoRecord pushHopeless(BlobStore store) {
    return push(store, "hopeless", "ab".repeat(32));
  }

  private static EchoRecord push(BlobStore store, String name, String sha256) {
    Part part = new Part(sha256(FILE), FILE.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), FILE, FILE.length);
    EchoRecord record =
        EchoRecord.received(
            REPOSITORY, name, new Upload(List.of(part), FILE.length, sha256), PUSHED);
    new Records(store).create(new EchoFormat().recordKey(REPOSITORY, name).orElseThrow(), record);
    return record;
  }

  @Override
  protected void damage(BlobStore store, EchoRecord record) {
    Part part = record.upload().parts().get(0);
    store.put(ObjectKeys.content(part.sha256(), part.upload()), new byte[FILE.length], FILE.length);
  }

  @Override
  protected EchoSettings otherSettings() {
    return new EchoSettings(true);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
