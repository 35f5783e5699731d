package dev.countermark.signer.echo;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.Upload;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.signer.service.PushedPackages;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Files; one whose bytes are not what was pushed is hopeless. */
public final class EchoFiles implements PushedPackages<EchoRecord> {
  @Override
  public EchoRecord sound(Place place, int number) {
    byte[] file = Bytes.utf8("file " + number).toArray();
    return push(place, "file-" + number, file, sha256(file));
  }

  @Override
  public EchoRecord hopeless(Place place) {
    return push(place, "hopeless", new byte[] {1}, "ab".repeat(32));
  }

  private static EchoRecord push(Place place, String name, byte[] file, String sha256) {
    Part part = new Part(sha256(file), file.length, UUID.randomUUID().toString());
    place.store().put(ObjectKeys.content(part.sha256(), part.upload()), file, file.length);
    EchoRecord record =
        EchoRecord.received(
            place.repository(), name, new Upload(List.of(part), file.length, sha256), place.at());
    new Records(place.store())
        .create(new EchoFormat().recordKey(place.repository(), name).orElseThrow(), record);
    return record;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
