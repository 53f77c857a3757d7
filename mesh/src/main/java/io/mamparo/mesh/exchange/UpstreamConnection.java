package io.mamparo.mesh.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint: the one handler of its channel. Owned by the loop of the clients
 * that use it, one exchange at a time.
 */
@SuppressWarnings("FutureReturnValueIgnored") // A failed write ends in exceptionCaught.
final class UpstreamConnection extends ChannelInboundHandlerAdapter implements Upstream {
  final Pool pool;
  private final MeshLoop loop;
  private @Nullable ChannelHandlerContext context;
  private @Nullable Exchange exchange;

  /** The client that was written to in this batch of reads. */
  private @Nullable Downstream written;

  /** A buffer with the head, not given to the channel yet: a short body may still join it. */
  private @Nullable ByteBuf open;

  /** Whether the body must be put into chunks here. */
  private boolean chunking;

  private boolean dirty;
  private boolean closed;
  long idleSince;

  UpstreamConnection(MeshLoop loop, Pool pool) {
    this.loop = loop;
    this.pool = pool;
  }

  private ChannelHandlerContext context() {
    return Objects.requireNonNull(context);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  boolean usable() {
    return !closed && context().channel().isActive();
  }

  @Override
  public void attach(Exchange x) {
    exchange = x;
    x.upstream = this;
  }

  /** Leaves its exchange; the connection is not closed by this. */
  void detach() {
    exchange = null;
    if (!context().channel().config().isAutoRead()) {
      context().channel().config().setAutoRead(true);
    }
  }

  @Override
  public void head(Exchange x, boolean end) {
    chunking = RequestWriter.chunked(x);
    open = loop.requests.write(x);
    dirty = true;
    if (end) {
      end(x);
    }
  }

  @Override
  public void data(Exchange x, ByteBuf part, boolean end) {
    if (chunking && part.isReadable()) {
      write(Chunk.header(loop.alloc, part.readableBytes()));
      write(part);
      write(Chunk.END_OF_DATA.retainedDuplicate());
    } else {
      write(part);
    }
    if (end) {
      end(x);
    }
  }

  private void end(Exchange x) {
    if (chunking) {
      write(Chunk.last(loop.alloc, x.requestTrailer));
    }
  }

  /** Sends bytes as they are; owns them. */
  void write(ByteBuf part) {
    ByteBuf first = open;
    dirty = true;
    if (first != null && part.readableBytes() <= first.writableBytes()) {
      first.writeBytes(part);
      part.release();
      return;
    }
    writeOpen();
    context().write(part, context().voidPromise());
  }

  private void writeOpen() {
    ByteBuf first = open;
    if (first != null) {
      open = null;
      context().write(first, context().voidPromise());
    }
  }

  @Override
  public void flush() {
    if (dirty) {
      dirty = false;
      writeOpen();
      context().flush();
    }
  }

  @Override
  public boolean writable() {
    return context().channel().isWritable();
  }

  @Override
  public void reading(boolean on) {
    if (context().channel().config().isAutoRead() != on) {
      context().channel().config().setAutoRead(on);
    }
  }

  @Override
  public void close() {
    exchange = null;
    ByteBuf unsent = open;
    if (unsent != null) {
      open = null;
      unsent.release();
    }
    if (!closed) {
      context().close();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    Exchange x = exchange;
    if (x == null) {
      // Nobody has asked: whatever this is, it must not become the next one's answer.
      in.release();
      close();
      return;
    }
    written = x.client;
    loop.path.upstreamData(x, this, in);
    if (!ctx.channel().isOpen()) {
      // Not every transport tells that a batch of reads is complete once the channel is closed.
      channelReadComplete(ctx);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    Downstream to = written;
    if (to != null) {
      written = null;
      to.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    Exchange x = exchange;
    if (x != null && ctx.channel().isWritable()) {
      x.client().reading(true);
      x.client().flush();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (closed) {
      return;
    }
    closed = true;
    pool.closed(this);
    Exchange x = exchange;
    if (x != null) {
      exchange = null;
      Downstream to = x.client;
      loop.path.upstreamClosed(x);
      if (to != null) {
        to.flush();
      }
    }
    ByteBuf unsent = open;
    if (unsent != null) {
      open = null;
      unsent.release();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // A reset, mostly. The channel becomes inactive, and that is where it is dealt with.
    ctx.close();
  }
}
