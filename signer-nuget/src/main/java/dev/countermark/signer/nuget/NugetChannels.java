package dev.countermark.signer.nuget;

import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.signer.service.SignerHost;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Takes the records of the format's two topics. */
@ApplicationScoped
class NugetChannels {
  private static final NugetFormat FORMAT = new NugetFormat();

  private final SignerHost host;

  NugetChannels(SignerHost host) {
    this.host = host;
  }

  @Incoming("uploads-nuget")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> upload(Message<byte[]> message) {
    return host.upload(FORMAT, message);
  }

  @Incoming("resyncs-nuget")
  @Acknowledgment(Acknowledgment.Strategy.MANUAL)
  CompletionStage<Void> resync(Message<byte[]> message) {
    return host.resync(FORMAT, message);
  }
}
