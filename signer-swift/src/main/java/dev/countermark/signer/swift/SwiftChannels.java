package dev.countermark.signer.swift;

import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.signer.service.SignerHost;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Takes the records of the format's two topics. */
@ApplicationScoped
class SwiftChannels {
  private static final SwiftFormat FORMAT = new SwiftFormat();

  private final SignerHost host;

  SwiftChannels(SignerHost host) {
    this.host = host;
  }

  @Incoming("uploads-swift")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> upload(Message<byte[]> message) {
    return host.upload(FORMAT, message);
  }

  @Incoming("resyncs-swift")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> resync(Message<byte[]> message) {
    return host.resync(FORMAT, message);
  }
}
