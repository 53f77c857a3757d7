package io.mamparo.dbproxy.server;

import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a server sends at message boundaries by its headers, and passes it on in stretches as
 * long as possible: in the common case a read goes through untouched. A message up to {@link #HELD}
 * bytes is passed on only when it is whole, so that the client's stream stands at a boundary when
 * the server dies; a larger one is streamed. Owned by one event loop.
 */
final class ReplyRelay {
  /** Messages up to this size are held until they are whole. */
  static final int HELD = 16 * 1024;

  /** Longest message that is looked into and so must be whole. */
  private static final int MAX_INSPECTED = 1 << 20;

  /** What is done with each message. */
  interface Handler {
    /** Looks at a whole message; returns whether it goes to the client. */
    boolean message(byte type, ByteBuf in, int at, int length);

    /** A large message begins, of which the head lies at {@code at}. */
    boolean largeMessage(byte type, int length);

    /** Bytes for the client. */
    void pass(ByteBuf bytes);

    /** Whether something must be said after this message and before the next. */
    boolean interjects();

    /** Says it. */
    void interject();
  }

  private final Handler handler;
  private @Nullable ByteBuf partial;
  private int streaming;
  private boolean streamingPasses;

  ReplyRelay(Handler handler) {
    this.handler = handler;
  }

  /** Whether the client has a part of a message and waits for the rest. */
  boolean midMessage() {
    return streaming > 0 && streamingPasses;
  }

  /** Whether no message has begun. */
  boolean atBoundary() {
    return streaming == 0 && partial == null;
  }

  void release() {
    if (partial != null) {
      partial.release();
      partial = null;
    }
  }

  /** Takes bytes over. */
  void read(ByteBuf in) {
    while (partial != null && in.isReadable()) {
      fill(partial, in);
    }
    if (in.isReadable()) {
      scan(in);
    } else {
      in.release();
    }
  }

  /** Moves only what the message begun earlier lacks, so that large reads are not copied. */
  private void fill(ByteBuf begun, ByteBuf in) {
    int have = begun.readableBytes();
    int want = have < 5 ? 5 : total(begun, begun.readerIndex());
    int n = Math.min(want - have, in.readableBytes());
    begun.writeBytes(in, n);
    if (begun.readableBytes() == want && (want > 5 || total(begun, begun.readerIndex()) == 5)) {
      partial = null;
      scan(begun);
    } else if (begun.readableBytes() == 5 && streams(begun)) {
      partial = null;
      scan(begun);
    }
  }

  private boolean streams(ByteBuf begun) {
    int total = total(begun, begun.readerIndex());
    return total > HELD && !inspected(begun.getByte(begun.readerIndex()));
  }

  private static int total(ByteBuf in, int at) {
    int length = in.getInt(at + 1);
    if (length < 4 || length == Integer.MAX_VALUE) {
      throw new ProtocolViolation("invalid message length " + length);
    }
    return length + 1;
  }

  private static boolean inspected(byte type) {
    return type == Backend.ERROR_RESPONSE
        || type == Backend.PARAMETER_STATUS
        || type == Backend.READY_FOR_QUERY
        || type == Backend.COMMAND_COMPLETE;
  }

  private void scan(ByteBuf in) {
    int run = in.readerIndex();
    int at = run;
    int end = in.writerIndex();
    if (streaming > 0) {
      int n = Math.min(streaming, end - at);
      at += n;
      streaming -= n;
      run = streamingPasses ? run : at;
    }
    while (end - at >= 5) {
      byte type = in.getByte(at);
      int total = total(in, at);
      if (end - at < total) {
        if (total <= HELD || inspected(type)) {
          break;
        }
        streamingPasses = handler.largeMessage(type, total);
        streaming = total - (end - at);
        if (!streamingPasses) {
          pass(in, run, at);
          run = end;
        }
        at = end;
        break;
      }
      boolean passes = handler.message(type, in, at, total);
      if (!passes) {
        pass(in, run, at);
        run = at + total;
      }
      at += total;
      if (handler.interjects()) {
        pass(in, run, at);
        run = at;
        handler.interject();
      }
    }
    finish(in, run, at, end);
  }

  private void finish(ByteBuf in, int run, int at, int end) {
    if (at < end) {
      keep(in, at, end);
    }
    if (run == in.readerIndex() && at == end && run < end) {
      handler.pass(in);
      return;
    }
    pass(in, run, at);
    in.release();
  }

  private void keep(ByteBuf in, int at, int end) {
    int have = end - at;
    int total = have < 5 ? 64 : total(in, at);
    if (total > MAX_INSPECTED) {
      throw new ProtocolViolation("a message of " + total + " bytes that should be small");
    }
    partial = in.alloc().directBuffer(Math.max(total, 64)).writeBytes(in, at, have);
  }

  private void pass(ByteBuf in, int from, int to) {
    if (from < to) {
      handler.pass(in.retainedSlice(from, to - from));
    }
  }
}
