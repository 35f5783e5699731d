package dev.countermark.gateway.connections;

import dev.countermark.gateway.connections.Connections.Connection;
import dev.countermark.gateway.transfer.Peer;
import dev.countermark.gateway.transfer.ReadSize;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ServerChannel;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.util.AttributeKey;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.impl.VertxInternal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Stands where connections are accepted. The framework's own limit counts them after the handshake
 * of TLS, all addresses in one, and has no bound for the head of a request: each byte of it would
 * begin the idle time anew.
 */
@ApplicationScoped
public class ConnectionGuard {
  private static final Logger LOG = Logger.getLogger(ConnectionGuard.class);
  private static final String NAME = "connection-guard";
  private static final AttributeKey<Connection> CONNECTION = AttributeKey.valueOf(NAME);

  private final VertxInternal vertx;
  private final HttpServer server;
  private final Door door;

  ConnectionGuard(Vertx vertx, HttpServer server, Connections connections) {
    this.vertx = (VertxInternal) vertx;
    this.server = server;
    this.door = new Door(connections);
  }

  void listens(@ObservesAsync HttpServerStart started) {
    guard(server.getPort());
  }

  void listensWithTls(@ObservesAsync HttpsServerStart started) {
    guard(server.getSecurePort());
  }

  /** Not the management port: operators shall be let in when clients are not. */
  private void guard(int port) {
    SingleThreadEventLoop acceptor =
        (SingleThreadEventLoop) vertx.getAcceptorEventLoopGroup().next();
    acceptor.execute(
        () -> {
          boolean found = false;
          for (Iterator<Channel> all = acceptor.registeredChannelsIterator(); all.hasNext(); ) {
            Channel channel = all.next();
            if (channel instanceof ServerChannel && isAt(channel, port)) {
              channel.pipeline().addFirst(NAME, door);
              found = true;
            }
          }
          if (!found) {
            LOG.errorf("connections to port %d are not bounded: nothing is found there", port);
          }
        });
  }

  private static boolean isAt(Channel channel, int port) {
    return channel.localAddress() instanceof InetSocketAddress local && local.getPort() == port;
  }

  /** The connection that a request came on; nothing for the first ones after a start. */
  public static Optional<Connection> of(HttpServerRequest request) {
    return request.connection() instanceof HttpServerConnection connection
        ? Optional.ofNullable(connection.channel().attr(CONNECTION).get())
        : Optional.empty();
  }

  /** Sees each connection before anything is read of it. */
  @ChannelHandler.Sharable
  private static final class Door extends ChannelInboundHandlerAdapter {
    private final Connections connections;

    Door(Connections connections) {
      this.connections = connections;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      Channel channel = (Channel) accepted;
      Optional<Connection> connection = connections.open(address(channel), line(channel));
      if (connection.isEmpty()) {
        // It belongs to no event loop yet, which an ordinary close would be done by.
        channel.unsafe().closeForcibly();
        return;
      }
      channel.attr(CONNECTION).set(connection.get());
      ReadSize.bound(channel);
      var unused = channel.closeFuture().addListener(gone -> connection.get().closed());
      context.fireChannelRead(accepted);
    }

    private static String address(Channel channel) {
      return channel.remoteAddress() instanceof InetSocketAddress remote
          ? Peer.address(remote.getAddress())
          : "";
    }

    private static Connections.Line line(Channel channel) {
      return new Connections.Line() {
        @Override
        public long unsent() {
          ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
          return unsent == null ? 0 : unsent.totalPendingWriteBytes();
        }

        @Override
        public void close() {
          var unused = channel.close();
        }
      };
    }
  }
}
