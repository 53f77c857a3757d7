package io.mamparo.dbproxy.client;

import static io.mamparo.fuzz.Pieces.check;

import io.mamparo.dbproxy.LogInListener;
import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.dbproxy.Security;
import io.mamparo.dbproxy.admin.AdminDoor;
import io.mamparo.dbproxy.admin.Engine;
import io.mamparo.dbproxy.guests.LookUp;
import io.mamparo.dbproxy.intern.FingerprintTable;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.tell.Recorder;
import io.mamparo.fuzz.Pieces;
import io.mamparo.kernel.Clock;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a client's connection: start-up packets, requests to encrypt and to cancel, the
 * dialogue that proves a password. Run by Jazzer.
 */
public final class StartUpFuzz {
  private static final Strangers STRANGERS = new Strangers();
  private static final Guests NO_GUESTS =
      new Guests() {
        @Override
        public boolean welcome(String database) {
          return false;
        }

        @Override
        public void find(String database, String user, Consumer<LookUp.Answer> then) {}

        @Override
        public void forget(String database, String user) {}

        @Override
        public @Nullable Account enter(String database, String user, ScramKeys keys) {
          return null;
        }
      };
  private static final Engine NO_ENGINE =
      (Engine)
          Proxy.newProxyInstance(
              Engine.class.getClassLoader(),
              new Class<?>[] {Engine.class},
              (proxy, method, arguments) -> {
                throw new AssertionError(method);
              });

  private StartUpFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    ByteBuf login = Unpooled.buffer().writeByte(3);
    Frontend.startup(login, Map.of("user", "me", "database", "cars", "options", "-c a=b"));
    ByteBuf dialogue = login.copy();
    Frontend.saslInitial(dialogue, "SCRAM-SHA-256", "n,,n=,r=abc");
    Frontend.saslResponse(dialogue, "c=biws,r=abc,p=AAAA");
    ByteBuf newer = Unpooled.buffer().writeByte(9);
    Frontend.startup(newer, Frontend.PROTOCOL_3_2 + 1, Map.of("user", "me", "_pq_.x", "1"));
    ByteBuf cancel = Unpooled.buffer().writeByte(1);
    Frontend.cancel(cancel, 7, new byte[4]);
    ByteBuf ssl = Unpooled.buffer().writeByte(0).writeInt(8).writeInt(Frontend.SSL_REQUEST);
    return List.of(bytes(login), bytes(dialogue), bytes(newer), bytes(cancel), bytes(ssl));
  }

  private static byte[] bytes(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.readBytes(bytes);
    return bytes;
  }

  /** One connection; the first byte says how what it brings is cut. */
  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    if (data.length == 0) {
      return;
    }
    byte[] bytes = Pieces.rest(data);
    String whole = talk(Pieces.whole(bytes));
    String pieces = talk(Pieces.cut(bytes, data[0]));
    if (!asksToEncrypt(bytes)) {
      // After such a request it matters whether bytes came before the answer.
      Pieces.same(whole, pieces);
    }
  }

  private static boolean asksToEncrypt(byte[] bytes) {
    if (bytes.length < 8) {
      return false;
    }
    int code = Unpooled.wrappedBuffer(bytes).getInt(4);
    return code == Frontend.SSL_REQUEST || code == Frontend.GSSENC_REQUEST;
  }

  /** What the client is told. */
  private static String talk(List<byte[]> pieces) throws Exception {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    Recorder recorder = new Recorder(0, Clock.system(), ProxyListener.NONE);
    Texts texts = new Texts(0, new FingerprintTable(10), 7);
    Desk desk = new Desk(channel.eventLoop(), recorder, texts, (server, loop, done) -> done.run());
    StartUp startUp = new StartUp(house(), desk);
    channel.pipeline().addLast(startUp);
    ChannelHandlerContext context = channel.pipeline().context(startUp);
    startUp.channelActive(context);
    StringBuilder told = new StringBuilder();
    for (byte[] piece : pieces) {
      if (!channel.isOpen()) {
        break;
      }
      // Called directly: through the pipeline it would catch what it throws.
      startUp.channelRead(context, allocator.buffer(piece.length + 1).writeBytes(piece));
      channel.runPendingTasks();
    }
    channel.checkException();
    told.append(heard(channel)).append(channel.isOpen() ? "open" : "closed");
    channel.finishAndReleaseAll();
    check(allocator.metric().usedDirectMemory() == 0, "direct memory is kept after: " + told);
    check(allocator.metric().usedHeapMemory() == 0, "heap memory is kept after: " + told);
    return told.toString();
  }

  private static House house() {
    return new House(
        () -> Accounts.NONE,
        new Cancels(),
        STRANGERS,
        new Door(10, 60_000_000_000L),
        () -> Security.NONE,
        new Throttle(),
        new LogInListener() {},
        new AdminDoor(NO_ENGINE),
        NO_GUESTS);
  }

  /** The messages: types, and the words of errors; what else they hold may be random. */
  private static String heard(EmbeddedChannel channel) {
    ByteBuf all = Unpooled.buffer();
    for (Object out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
      ByteBuf bytes = (ByteBuf) out;
      all.writeBytes(bytes);
      bytes.release();
    }
    StringBuilder heard = new StringBuilder();
    while (all.isReadable()) {
      char type = (char) all.readByte();
      heard.append(type).append(' ');
      if (type == 'N' && (!all.isReadable() || all.getByte(all.readerIndex()) != 0)) {
        continue;
      }
      int length = all.readInt() - 4;
      ByteBuf body = all.readSlice(length);
      if (type == 'E') {
        heard.append(body.toString(java.nio.charset.StandardCharsets.UTF_8)).append(' ');
      }
    }
    return heard.toString();
  }
}
