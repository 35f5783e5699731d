package dev.countermark.signer.echo;

import dev.countermark.format.echo.EchoFormat;
import dev.countermark.signer.service.SignerHost;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Takes the records of the format's two topics. */
@ApplicationScoped
class EchoChannels {
  private final SignerHost host;

  EchoChannels(SignerHost host) {
    this.host = host;
  }

  @Incoming("uploads-echo")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> upload(Message<byte[]> message) {
    return host.upload(new EchoFormat(), message);
  }

  @Incoming("resyncs-echo")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> resync(Message<byte[]> message) {
    return host.resync(new EchoFormat(), message);
  }
}
