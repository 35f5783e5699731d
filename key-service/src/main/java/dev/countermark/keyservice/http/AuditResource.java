package dev.countermark.keyservice.http;

import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyServiceApi;
import dev.countermark.keyservice.AuditVerifier;
import dev.countermark.keyservice.Audits;
import dev.countermark.keyservice.Caller;
import dev.countermark.keyservice.KeyServiceException;
import dev.countermark.keyservice.KeyServiceException.Code;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Verifies the audit chains while the caller listens: a line of JSON for each chain and for each
 * place that does not hold, and one at the end. An answer without that one was cut off.
 */
@Path(KeyServiceApi.VERIFY_AUDIT)
@Produces(KeyServiceApi.LINES)
public class AuditResource {
  /** Between two signs of life; who hears nothing for two minutes is closed. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  private final Audits audits;
  private final CallerIdentification caller;
  private final RoutingContext request;

  AuditResource(Audits audits, CallerIdentification caller, RoutingContext request) {
    this.audits = audits;
    this.caller = caller;
    this.request = request;
  }

  @POST
  @Blocking
  public StreamingOutput verify(
      @QueryParam("repository") String repository, @QueryParam("recompute") boolean recompute) {
    Caller who = caller.require("audit");
    Optional<RepositoryName> only =
        Optional.ofNullable(repository)
            .map(
                text ->
                    RepositoryName.parse(text)
                        .orElseThrow(
                            () ->
                                new KeyServiceException(
                                    Code.INVALID_REQUEST, "repository is not owner/name")));
    Audits.Turn turn = audits.begin(who, only);
    request.addEndHandler(ended -> turn.leave());
    return out -> {
      Lines lines = new Lines(out);
      long breaks = turn.verify(recompute, lines);
      lines.line(new KeyServiceApi.AuditEnd(lines.chains, breaks));
    };
  }

  private static final class Lines implements AuditVerifier.Report {
    private final OutputStream out;
    private long chains;
    private long told = System.nanoTime();

    Lines(OutputStream out) {
      this.out = out;
    }

    @Override
    public void broken(AuditVerifier.Break found) {
      line(new KeyServiceApi.AuditBreak(found.chain(), found.what()));
    }

    @Override
    public void read(AuditVerifier.Chain chain) {
      chains++;
      line(
          new KeyServiceApi.AuditChain(
              chain.name(), chain.length(), chain.signatures(), chain.head(), chain.breaks()));
    }

    @Override
    public void goesOn() {
      if (System.nanoTime() - told > SILENCE.toNanos()) {
        write(new byte[0]);
      }
    }

    private void line(Object line) {
      write(Json.write(line));
    }

    private void write(byte[] line) {
      try {
        out.write(line);
        out.write('\n');
        out.flush();
        told = System.nanoTime();
      } catch (IOException e) {
        throw new UncheckedIOException("whoever asked no longer listens", e);
      }
    }
  }
}
