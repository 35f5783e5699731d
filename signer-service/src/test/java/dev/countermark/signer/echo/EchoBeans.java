package dev.countermark.signer.echo;

import dev.countermark.blobs.BlobStore;
import dev.countermark.format.echo.EchoFormat;
import dev.countermark.format.echo.EchoRecord;
import dev.countermark.format.echo.EchoSettings;
import dev.countermark.signer.service.KeyClients;
import dev.countermark.signer.service.SignerFormat;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** Signs files in the process that it is part of. */
@ApplicationScoped
class EchoBeans {
  @Produces
  @Singleton
  @Identifier("echo")
  SignerFormat<EchoRecord, EchoSettings> signer(BlobStore store, KeyClients keys, Clock clock) {
    return new EchoSigner(store, keys.of(new EchoFormat()), clock);
  }
}
