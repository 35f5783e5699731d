package dev.countermark.gateway.webhooks;

import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.concurrent.Future;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Asks the name servers of the machine. Remembers nothing: what a name means may change. */
final class DnsResolver implements NameResolver, AutoCloseable {
  private static final int QUERY_MILLIS = 2_000;
  private static final int MOST_QUERIES = 8;

  private final DnsNameResolver resolver;

  DnsResolver(Vertx vertx) {
    VertxInternal inner = (VertxInternal) vertx;
    this.resolver =
        new DnsNameResolverBuilder(inner.getEventLoopGroup().next())
            .channelFactory(() -> inner.transport().datagramChannel())
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .queryTimeoutMillis(QUERY_MILLIS)
            .maxQueriesPerResolve(MOST_QUERIES)
            // A name means what it means everywhere, not what it would within this network.
            .searchDomains(List.of())
            .build();
  }

  @Override
  public CompletionStage<List<InetAddress>> resolve(String host) {
    CompletableFuture<List<InetAddress>> done = new CompletableFuture<>();
    Future<List<InetAddress>> asked = resolver.resolveAll(host);
    asked.addListener(
        answer -> {
          if (answer.isSuccess()) {
            done.complete(List.copyOf(asked.getNow()));
          } else {
            // Also of a name that can be none, and when no server answers.
            UnknownHostException unknown = new UnknownHostException(host);
            unknown.initCause(answer.cause());
            done.completeExceptionally(unknown);
          }
        });
    return done;
  }

  @Override
  public void close() {
    resolver.close();
  }
}
