package dev.countermark.gateway.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.countermark.gateway.content.BusyException;
import dev.countermark.gateway.content.IncomingBody;
import dev.countermark.gateway.content.MemoryBudget;
import dev.countermark.gateway.content.ReceivedPiece;
import dev.countermark.gateway.content.SpoolFolder;
import dev.countermark.gateway.content.SpoolRoom;
import dev.countermark.gateway.content.TooSlowException;
import dev.countermark.gateway.kit.GatewayResources;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.SingleThreadEventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.impl.VertxInternal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReceivedBodyTest {
  private static final int MEMORY = 16 << 20;
  private static final long RATE = 1_000;

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final ExecutorService workers = Executors.newFixedThreadPool(4);
  private final AtomicLong nanos = new AtomicLong();
  private final BlockingQueue<IncomingBody> bodies = new LinkedBlockingQueue<>();
  private final AtomicLong read = new AtomicLong();
  private volatile HttpServerRequest arriving;
  private volatile Channel channel;
  private GatewayResources resources;
  private Transfers transfers;
  private SpoolFolder spool;
  private int port;

  @BeforeEach
  void listen() throws Exception {
    resources = new GatewayResources(MEMORY, workers, new SimpleMeterRegistry(), Clock.systemUTC());
    transfers =
        new Transfers(
            new Transfers.Limits(3, 2, RATE, 1 << 20),
            resources.transfers(),
            resources.timer(),
            new SimpleMeterRegistry(),
            nanos::get);
    spool =
        SpoolFolder.open(folder, Clock.systemUTC(), new SpoolRoom.Limits(20_000_000, 1_500_000));
    Bodies all =
        new Bodies(
            transfers,
            spool,
            resources.bodies(),
            () -> new CurrentRequest(arriving, workers, over -> {}));
    HttpServer server =
        vertx.createHttpServer(new HttpServerOptions()).requestHandler(r -> accept(all, r));
    port =
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().get().actualPort();
    boundReads();
  }

  /** Where the gateway does it, too: before anything is read. */
  private void boundReads() {
    SingleThreadEventLoop acceptor =
        (SingleThreadEventLoop) ((VertxInternal) vertx).getAcceptorEventLoopGroup().next();
    var unused =
        acceptor
            .submit(
                () -> acceptor.registeredChannelsIterator().next().pipeline().addFirst(new Door()))
            .syncUninterruptibly();
  }

  private final class Door extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      channel = (Channel) accepted;
      ReadSize.bound(channel);
      channel.pipeline().addFirst(new Meter());
      context.fireChannelRead(accepted);
    }
  }

  private final class Meter extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      read.addAndGet(((ByteBuf) bytes).readableBytes());
      context.fireChannelRead(bytes);
    }
  }

  private void accept(Bodies all, HttpServerRequest request) {
    request.pause();
    arriving = request;
    bodies.add(all.incoming());
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get();
    resources.close();
    workers.shutdownNow();
  }

  private Socket send(String headers, byte[] body) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    OutputStream out = socket.getOutputStream();
    out.write(
        ("PUT / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n").getBytes(StandardCharsets.US_ASCII));
    out.write(body);
    out.flush();
    return socket;
  }

  private static byte[] bytes(int length) {
    byte[] content = new byte[length];
    new Random(length).nextBytes(content);
    return content;
  }

  private static byte[] chunked(byte[] content) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    for (int at = 0; at < content.length; at += 10_000) {
      int n = Math.min(10_000, content.length - at);
      out.write((Integer.toHexString(n) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(content, at, n);
      out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return out.toByteArray();
  }

  private static byte[] read(ReceivedPiece piece) throws IOException {
    try (InputStream in = piece.open()) {
      return in.readAllBytes();
    }
  }

  /** In memory, on the disk, and with a client that sends before anybody reads. */
  @ParameterizedTest
  @CsvSource({
    "0, false",
    "1, false",
    "16384, false",
    "16385, false",
    "1000000, false",
    "9000000, false",
    "0, true",
    "1, true",
    "16385, true",
    "1000000, true",
    "9000000, true",
  })
  void comesWhole(int length, boolean inChunks) throws Exception {
    byte[] content = bytes(length);
    byte[] sent = inChunks ? chunked(content) : content;
    String headers =
        inChunks ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + length + "\r\n";
    var socket = new Socket[1];
    Thread client = new Thread(() -> socket[0] = unchecked(headers, sent));
    client.start();

    byte[] came =
        bodies
            .take()
            .whole(10_000_000, ReceivedBodyTest::read)
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);

    assertThat(came).isEqualTo(content);
    client.join();
    socket[0].close();
    assertThat(resources.bodies().used()).isZero();
    try (var files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private Socket unchecked(String headers, byte[] sent) {
    try {
      return send(headers, sent);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 0", "false, 16777216", "true, 16777216"})
  void comesInPieces(boolean inChunks, long taken) throws Exception {
    byte[] content = bytes(300_000);
    String headers =
        inChunks ? "Transfer-Encoding: chunked\r\n" : "Content-Length: " + content.length + "\r\n";
    List<Integer> sizes = new ArrayList<>();
    var out = new java.io.ByteArrayOutputStream();
    MemoryBudget.Held others = taken == 0 ? null : resources.bodies().take(taken);
    try (Socket socket = unchecked(headers, inChunks ? chunked(content) : content)) {
      IncomingBody body = bodies.take();
      boolean last = false;
      while (!last) {
        try (ReceivedPiece piece =
            body.next(70_000).toCompletableFuture().get(30, TimeUnit.SECONDS)) {
          last = piece.isLast();
          sizes.add((int) piece.size());
          out.write(read(piece));
        }
      }
      assertThat(socket.isConnected()).isTrue();
    } finally {
      if (others != null) {
        others.close();
      }
    }
    assertThat(out.toByteArray()).isEqualTo(content);
    assertThat(sizes.subList(0, 4)).containsOnly(70_000);
  }

  /** What nobody wants yet stays with the client, but for a little. */
  @ParameterizedTest
  @ValueSource(ints = {10_000, 1_000_000})
  void hardlyMoreIsReadThanIsWanted(int most) throws Exception {
    byte[] content = bytes(6_000_000);
    ExecutorService client = Executors.newSingleThreadExecutor();
    try {
      var unused = client.submit(() -> send("Content-Length: 6000000\r\n", content));
      IncomingBody body = bodies.take();
      long drawn = most > ReceivedPiece.SMALL ? 64 << 10 : 0;

      for (int from = 0; from < 5 * most; from += most) {
        try (ReceivedPiece piece = body.next(most).toCompletableFuture().get()) {
          int to = from + most;
          await().until(() -> !channel.config().isAutoRead());
          assertThat(read.get()).isLessThan(to + drawn + (20 << 10));
          assertThat(read(piece)).isEqualTo(Arrays.copyOfRange(content, from, to));
        }
      }
    } finally {
      client.shutdownNow();
    }
  }

  @Test
  void whoLingersIsPutOnTheDisk() throws Exception {
    byte[] content = bytes(1_000_000);
    try (Socket socket = send("Content-Length: 1000000\r\n", Arrays.copyOf(content, 500_000))) {
      IncomingBody body = bodies.take();
      var whole = body.whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();
      await().until(() -> resources.bodies().used() > 900_000);
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));
      await().until(() -> resources.bodies().used() == 0);
      socket.getOutputStream().write(content, 500_000, 500_000);
      assertThat(whole.get(30, TimeUnit.SECONDS)).isEqualTo(content);
    }
  }

  /** All come from one address here. */
  @Test
  void whoHasHisShareOfTheDiskIsRefusedMore() throws Exception {
    byte[] content = bytes(1_000_000);
    byte[] half = Arrays.copyOf(content, 500_000);
    try (Socket first = send("Content-Length: 1000000\r\n", half)) {
      var whole = bodies.take().whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();
      try (Socket second = send("Content-Length: 1000000\r\n", half)) {
        var more = bodies.take().whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();
        await().until(() -> resources.bodies().used() > 1_900_000);
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(3));

        await().until(() -> whole.isDone() || more.isDone());
        var refused = more.isDone() ? more : whole;
        assertThatThrownBy(refused::join).hasCauseInstanceOf(BusyException.class);
        assertThat(spool.room().used()).isEqualTo(1_000_000);

        Socket served = refused == more ? first : second;
        served.getOutputStream().write(content, 500_000, 500_000);
        assertThat((refused == more ? whole : more).get(30, TimeUnit.SECONDS)).isEqualTo(content);
      }
    }
    await().until(() -> spool.room().used() == 0);
  }

  @Test
  void whoIsTooSlowIsCutOff() throws Exception {
    try (Socket socket = send("Content-Length: 1000000\r\n", new byte[100])) {
      var whole = bodies.take().whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();
      assertThat(socket.isConnected()).isTrue();
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(31));
      assertThatThrownBy(() -> whole.get(30, TimeUnit.SECONDS))
          .hasCauseInstanceOf(TooSlowException.class);
    }
  }

  @Test
  void whoBreaksOffHasSentNothing() throws Exception {
    try (Socket socket = send("Content-Length: 1000000\r\n", new byte[100])) {
      var whole = bodies.take().whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();
      socket.close();
      assertThatThrownBy(whole::join)
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(IncomingBody.BrokenOffException.class);
    }
  }

  /** Or as many as may have a transfer at a time could take all of them away for ever. */
  @Test
  void whoIsGoneBeforeItIsWantedKeepsNoTransfer() throws Exception {
    for (int i = 0; i < 5; i++) {
      IncomingBody body;
      try (Socket socket = send("Content-Length: 1000000\r\n", new byte[100])) {
        body = bodies.take();
        assertThat(socket.isConnected()).isTrue();
      }
      HttpServerRequest gone = arriving;
      await().until(() -> gone.response().closed());

      var whole = body.whole(1_000_000, ReceivedBodyTest::read).toCompletableFuture();

      assertThatThrownBy(whole::join).hasCauseInstanceOf(IncomingBody.BrokenOffException.class);
    }
  }

  @Test
  void moreThanWasWantedIsTooMuch() throws Exception {
    try (Socket socket = send("Transfer-Encoding: chunked\r\n", chunked(new byte[100_000]))) {
      var whole = bodies.take().whole(99_999, ReceivedBodyTest::read).toCompletableFuture();
      assertThatThrownBy(whole::join).hasCauseInstanceOf(IncomingBody.TooLargeException.class);
      assertThat(socket.isConnected()).isTrue();
    }
  }
}
