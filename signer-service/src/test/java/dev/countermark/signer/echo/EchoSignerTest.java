package dev.countermark.signer.echo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.keys.KeyClient;
import dev.countermark.signer.service.PushedPackages;
import dev.countermark.signer.service.SignerContract;
import dev.countermark.signer.service.SignerFormat;
import java.time.Clock;

class EchoSignerTest extends SignerContract<EchoRecord, EchoSettings> {
  @Override
  protected SignerFormat<EchoRecord, EchoSettings> signer(
      BlobStore store, KeyClient keys, Clock clock) {
    return new EchoSigner(store, keys, clock);
  }

  @Override
  protected PushedPackages<EchoRecord> packages() {
    return new EchoFiles();
  }

  @Override
  protected void damage(BlobStore store, EchoRecord record) {
    Part part = record.upload().parts().get(0);
    byte[] changed = new byte[(int) part.size()];
    store.put(ObjectKeys.content(part.sha256(), part.upload()), changed, changed.length);
  }

  @Override
  protected EchoSettings otherSettings() {
    return new EchoSettings(true);
  }
}
