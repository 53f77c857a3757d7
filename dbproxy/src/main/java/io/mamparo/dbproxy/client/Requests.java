package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.Frontend;
import io.mamparo.wire.pg.ProtocolViolation;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Cuts what a client sends into messages by their headers and passes on what may pass in stretches
 * as long as possible: a read in which nothing has to be rewritten goes to the server untouched,
 * small ones that are rewritten are copied once, large ones go as slices. Owned by one event loop.
 * Holds bytes only while a message is incomplete or the session cannot go on.
 */
final class Requests {
  /** What the session says about a message. */
  enum Verdict {
    /** It goes to the server, from {@link Requests#run} on. */
    FORWARD,
    /** It does not; what replaces it has been written to {@link Requests#cut}. */
    DROP,
    /** More of it must be there first. */
    MORE,
    /** The session cannot go on now. */
    STOP
  }

  /** Who looks at the messages. */
  interface Handler {
    /**
     * A message, of which {@code have} bytes are there.
     *
     * @param length of the whole message with its type
     */
    Verdict request(byte type, ByteBuf in, int at, int length, int have);

    /** Where bytes go; null when nowhere. */
    @Nullable ServerConnection server();
  }

  private static final int COPIED = 4_096;
  private static final int ROOM = 256;

  /** What may wait here before the client is no longer read. */
  private static final int FULL = 64 * 1024;

  private final Handler handler;
  private @Nullable ByteBuf inbox;
  private @Nullable ByteBuf outbox;
  private int run;
  private int wanted;
  private int streaming;
  private boolean streamingPasses;
  private boolean ended;
  private Texts.@Nullable Pieces pieces;
  private @Nullable Segment piecesOf;

  Requests(Handler handler) {
    this.handler = handler;
  }

  /** Takes bytes over. */
  void add(ByteBuf bytes) {
    ByteBuf have = inbox;
    if (have == null) {
      inbox = bytes;
    } else if (have.refCnt() == 1 && have.maxFastWritableBytes() >= bytes.readableBytes()) {
      have.writeBytes(bytes);
      bytes.release();
    } else {
      int size = have.readableBytes() + bytes.readableBytes();
      ByteBuf both = bytes.alloc().directBuffer(Math.max(size * 2, Math.min(wanted, size * 4)));
      both.writeBytes(have).writeBytes(bytes);
      have.release();
      bytes.release();
      inbox = both;
    }
  }

  boolean isEmpty() {
    return inbox == null;
  }

  /** Whether so much waits that the client should not be read. */
  boolean isFull() {
    return inbox != null && inbox.readableBytes() >= Math.max(FULL, wanted);
  }

  /** Whether a message has been passed on in part. */
  boolean midMessage() {
    return streaming > 0;
  }

  /** The client has gone; what is being dealt with is released in the end, too. */
  void release() {
    ended = true;
    if (inbox != null) {
      inbox.release();
      inbox = null;
    }
    if (outbox != null) {
      outbox.release();
      outbox = null;
    }
  }

  /** The text of the message at hand is read as it streams past, and counts for the segment. */
  void readInPieces(Texts.Pieces reader, Segment segment) {
    pieces = reader;
    piecesOf = segment;
  }

  /** Deals with as many messages as are there and the session can take. */
  void process() {
    ByteBuf in = inbox;
    if (in == null) {
      return;
    }
    inbox = null;
    wanted = 0;
    run = in.readerIndex();
    int at = stream(in, run);
    int end = in.writerIndex();
    try {
      while (end - at >= 5) {
        byte type = in.getByte(at);
        int total = total(type, in.getInt(at + 1));
        int have = Math.min(total, end - at);
        Verdict verdict = handler.request(type, in, at, total, have);
        if (verdict == Verdict.FORWARD || verdict == Verdict.DROP) {
          if (verdict == Verdict.DROP) {
            append(in, run, at);
            run = at + have;
          }
          at += have;
          streaming = total - have;
          streamingPasses = verdict == Verdict.FORWARD;
          feed(in, at - have + 5, have - 5);
        } else {
          wanted = verdict == Verdict.MORE ? total : 0;
          break;
        }
      }
    } catch (RuntimeException e) {
      in.release();
      throw e;
    }
    finish(in, at, end);
  }

  private int stream(ByteBuf in, int at) {
    if (streaming == 0) {
      return at;
    }
    int n = Math.min(streaming, in.writerIndex() - at);
    streaming -= n;
    feed(in, at, n);
    if (!streamingPasses) {
      run = at + n;
    }
    return at + n;
  }

  /** A query's text streams past; its last byte is the final zero. */
  private void feed(ByteBuf in, int at, int length) {
    Texts.Pieces reader = pieces;
    if (reader == null) {
      return;
    }
    reader.more(in, at, streaming == 0 ? length - 1 : length);
    if (streaming == 0) {
      Segment segment = java.util.Objects.requireNonNull(piecesOf);
      reader.end(segment);
      pieces = null;
      piecesOf = null;
    }
  }

  private static int total(byte type, int length) {
    int max = Frontend.maxLength(type);
    if (max == 0) {
      throw new ProtocolViolation("invalid frontend message type " + (type & 0xff));
    }
    if (length < 4 || length > max) {
      throw new ProtocolViolation("invalid message length");
    }
    return length + 1;
  }

  /**
   * Ends the stretch before the message at {@code at}; what replaces it is written to the result.
   */
  ByteBuf cut(ByteBuf in, int at) {
    ByteBuf out = outbox;
    if (out == null) {
      out = in.alloc().directBuffer(Math.min(in.readableBytes(), COPIED) + ROOM);
      outbox = out;
    }
    append(in, run, at);
    run = at;
    if (outbox == null) {
      out = in.alloc().directBuffer(ROOM);
      outbox = out;
    }
    return out;
  }

  /** The rest of the message at hand passes from here on. */
  void passFrom(int index) {
    run = index;
  }

  private void append(ByteBuf in, int from, int to) {
    if (from >= to) {
      return;
    }
    ByteBuf out = outbox;
    if (out != null && to - from <= COPIED) {
      out.writeBytes(in, from, to - from);
      return;
    }
    sendOutbox();
    send(in.retainedSlice(from, to - from));
  }

  private void sendOutbox() {
    ByteBuf out = outbox;
    if (out != null) {
      outbox = null;
      send(out);
    }
  }

  private void send(ByteBuf bytes) {
    ServerConnection server = handler.server();
    if (server == null || !bytes.isReadable()) {
      bytes.release();
    } else {
      server.send(bytes);
    }
  }

  private void finish(ByteBuf in, int at, int end) {
    if (outbox == null && run == in.readerIndex() && at == end && run < end) {
      send(in);
      return;
    }
    append(in, run, at);
    sendOutbox();
    if (at == end || ended) {
      in.release();
    } else if (in.refCnt() == 1 && at == in.readerIndex() && in.maxFastWritableBytes() > 0) {
      inbox = in;
    } else {
      // What waits must not hold the buffer that it was read into, which other sockets share.
      inbox = in.alloc().directBuffer(Math.max(end - at, 64)).writeBytes(in, at, end - at);
      in.release();
    }
  }
}
