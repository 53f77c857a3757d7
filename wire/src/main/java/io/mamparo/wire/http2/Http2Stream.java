package io.mamparo.wire.http2;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One stream: what it is told, and what it can send. Owned by one loop; it may be used again for
 * another stream once {@link Http2Owner#ended} was called for it.
 *
 * <pre>
 *           their END_STREAM → HALF ─ our END_STREAM ┐
 *   OPEN ─┤                                          ├→ ended
 *           our END_STREAM → LOCAL ─ their END_STREAM┘       RST_STREAM from any state → ended
 * </pre>
 */
public abstract class Http2Stream {

  @Nullable Http2Connection connection;
  int id;
  int sendWindow;
  int receiveWindow;

  /** Bytes that arrived and were not given back to the window. */
  int taken;

  /** Bytes that arrived while nobody could take more; given back when somebody can. */
  int withheld;

  boolean paused;
  boolean theirsDone;
  boolean oursDone;

  /** Our last byte is in the queue. */
  boolean oursQueued;

  boolean headSeen;
  boolean blocked;
  long expected = -1;
  long arrived;
  int queued;
  @Nullable ArrayDeque<ByteBuf> queue;
  byte @Nullable [] trailers;

  void begin(Http2Connection on, int number, int send, int receive) {
    connection = on;
    id = number;
    sendWindow = send;
    receiveWindow = receive;
    taken = 0;
    withheld = 0;
    paused = false;
    theirsDone = false;
    oursDone = false;
    oursQueued = false;
    headSeen = false;
    blocked = false;
    expected = -1;
    arrived = 0;
    queued = 0;
    trailers = null;
  }

  /** Takes the fields of the head, or of the trailers, that arrives now. */
  protected abstract FieldSink fields();

  /**
   * All fields of a head or of the trailers have arrived.
   *
   * @param end whether nothing follows
   */
  protected abstract void fieldsDone(boolean end);

  /**
   * Data has arrived; owns it.
   *
   * @param end whether nothing follows
   */
  protected abstract void data(ByteBuf part, boolean end);

  /** The stream has ended before its time; nothing can be sent any more. */
  protected abstract void wasReset(ErrorCode code);

  /** The connection is gone, and the stream with it. */
  protected abstract void lost();

  /** More can be sent than before, after {@link #writable} said no. */
  protected abstract void writableAgain();

  private Http2Connection on() {
    return Objects.requireNonNull(connection);
  }

  /** Its number. */
  public final int id() {
    return id;
  }

  /** Whether it is part of a connection. */
  public final boolean alive() {
    return connection != null;
  }

  /** Whether the other side has said all it will. */
  public final boolean theirsDone() {
    return theirsDone;
  }

  /** Whether this side has said all it will. */
  public final boolean oursEnded() {
    return oursDone || oursQueued;
  }

  /** Whether the other side's head has arrived, so that further fields are trailers. */
  public final boolean headSeen() {
    return headSeen;
  }

  /** The fields that arrived were an interim head; another one follows. */
  public final void anotherHead() {
    headSeen = false;
  }

  /** How many bytes of data the head announces; -1 when it does not. */
  public final void expect(long bytes) {
    expected = bytes;
  }

  /** Sends a head, or trailers after data that may be held back. */
  public final void send(Block block, boolean end) {
    if (connection != null) {
      on().sendFields(this, block, end);
    }
  }

  /** Sends trailers, {@code name: value CRLF} each, when all data is on its way. */
  public final void sendTrailers(byte[] lines, int from, int to) {
    if (connection != null) {
      on().sendTrailers(this, lines, from, to);
    }
  }

  /** Sends data; owns it. */
  public final void send(ByteBuf part, boolean end) {
    if (connection == null) {
      part.release();
    } else {
      on().sendData(this, part, end);
    }
  }

  /** Ends it at once. */
  public final void cancel(ErrorCode code) {
    if (connection != null) {
      on().reset(this, code);
    }
  }

  /** What arrived breaks the rules: ends it, and counts that. */
  public final void violated() {
    if (connection != null) {
      on().violated(this, ErrorCode.PROTOCOL_ERROR);
    }
  }

  /** Whether more can be sent without piling up. */
  public final boolean writable() {
    return connection != null && queued == 0 && on().writable();
  }

  /** Whether more may arrive; while not, the window is not refilled. */
  public final void reading(boolean yes) {
    if (connection != null && paused == yes) {
      paused = !yes;
      if (yes) {
        on().refill(this);
      }
    }
  }

  final ArrayDeque<ByteBuf> queue() {
    ArrayDeque<ByteBuf> all = queue;
    if (all == null) {
      all = new ArrayDeque<>();
      queue = all;
    }
    return all;
  }

  final void dropQueue() {
    ArrayDeque<ByteBuf> all = queue;
    if (all != null) {
      for (ByteBuf part = all.poll(); part != null; part = all.poll()) {
        part.release();
      }
    }
    queued = 0;
    trailers = null;
  }
}
