package io.mamparo.dbproxy.admin;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.mamparo.wire.pg.SmallMessages;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One admin client: cuts messages on its event loop and hands them to the virtual thread of its
 * {@link AdminConversation}, at most {@value #AHEAD} ahead.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a channel that fails tells its handler
final class AdminHandler extends ChannelInboundHandlerAdapter {
  private static final int LONGEST = 64 * 1024;
  private static final int AHEAD = 64;

  private final Channel channel;
  private final String user;
  private final int id;
  private final SmallMessages messages = new SmallMessages(LONGEST);
  private final LinkedBlockingQueue<Message> queue = new LinkedBlockingQueue<>();
  private @Nullable Thread conversation;

  /** A whole message of a client, read from front to back. For one thread. */
  static final class Message {
    private final byte type;
    private final ByteBuffer body;

    Message(byte type, byte[] body) {
      this.type = type;
      this.body = ByteBuffer.wrap(body);
    }

    byte type() {
      return type;
    }

    int int8() {
      need(1);
      return body.get();
    }

    int int16() {
      need(2);
      return body.getShort();
    }

    int int32() {
      need(4);
      return body.getInt();
    }

    String string() {
      int from = body.position();
      int to = from;
      while (to < body.limit() && body.get(to) != 0) {
        to++;
      }
      body.position(from);
      need(to - from + 1);
      String value = new String(body.array(), from, to - from, StandardCharsets.UTF_8);
      body.position(to + 1);
      return value;
    }

    private void need(int bytes) {
      if (body.remaining() < bytes) {
        throw new IndexOutOfBoundsException("message too short");
      }
    }
  }

  AdminHandler(Channel channel, String user, int id) {
    this.channel = channel;
    this.user = user;
    this.id = id;
  }

  /** Begins to talk; on the loop, once it is in the pipeline. */
  void begin(Engine engine) {
    AdminConversation talk = new AdminConversation(this, engine);
    conversation = Thread.ofVirtual().name("admin " + user).start(talk::run);
  }

  String user() {
    return user;
  }

  int id() {
    return id;
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    read((ByteBuf) message);
  }

  void read(ByteBuf bytes) {
    messages.add(bytes);
    try {
      while (messages.ready()) {
        ByteBuf one = messages.next();
        byte type = one.readByte();
        byte[] body = new byte[one.skipBytes(4).readableBytes()];
        one.readBytes(body);
        queue.add(new Message(type, body));
      }
    } catch (ProtocolViolation e) {
      ByteBuf out = channel.alloc().buffer(128);
      Backend.error(out, "FATAL", "08P01", String.valueOf(e.getMessage()), null);
      channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }
    if (queue.size() > AHEAD) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    messages.release();
    Thread running = conversation;
    if (running != null) {
      running.interrupt();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  // ---- for the conversation

  Message next() throws InterruptedException {
    if (queue.isEmpty() && !channel.config().isAutoRead()) {
      channel.config().setAutoRead(true);
    }
    return queue.take();
  }

  ByteBuf buffer() {
    return channel.alloc().buffer(1024);
  }

  /** Sends, once the client has taken enough of what was sent before. */
  void send(ByteBuf bytes) throws InterruptedException {
    channel.writeAndFlush(bytes, channel.voidPromise());
    while (!channel.isWritable()) {
      if (Thread.interrupted() || !channel.isActive()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  void end(ByteBuf last) {
    if (channel.isActive() && !channel.eventLoop().isShuttingDown()) {
      channel.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
    } else {
      last.release();
    }
  }
}
