package dev.countermark.signer.oci;

import dev.countermark.format.oci.OciFormat;
import dev.countermark.signer.service.SignerHost;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Takes the records of the format's two topics. */
@ApplicationScoped
class OciChannels {
  private static final OciFormat FORMAT = new OciFormat();

  private final SignerHost host;

  OciChannels(SignerHost host) {
    this.host = host;
  }

  @Incoming("uploads-oci")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> upload(Message<byte[]> message) {
    return host.upload(FORMAT, message);
  }

  @Incoming("resyncs-oci")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> resync(Message<byte[]> message) {
    return host.resync(FORMAT, message);
  }
}
