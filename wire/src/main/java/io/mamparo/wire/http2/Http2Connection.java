package io.mamparo.wire.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One connection, seen from either side: which frame may come when, and what it means. Owned by the
 * loop of its channel.
 *
 * <p>An error of a stream ends that stream; an error of the connection ends it with a GOAWAY that
 * says why. Frames for a stream that was reset here may still be on their way and are ignored; what
 * they bring is counted and decoded all the same, so that windows and tables stay in step.
 */
public final class Http2Connection {
  private static final int REMEMBERED = 256;

  final Http2Owner owner;
  final Http2Limits limits;
  final boolean server;
  final FrameWriter writer;
  final Outflow out;
  final StreamTable streams = new StreamTable();
  private final ChannelHandlerContext context;
  private final LongSupplier clock;
  private final Flood flood;
  private final Inflow in;
  private final HpackEncoder encoder = new HpackEncoder();

  /** Streams that were reset here, whose frames may still come. */
  private final int[] reset = new int[REMEMBERED];

  private int resets;

  /** The last stream that the other side opened, or that this side did as a client. */
  private int last;

  /** Streams that the other side takes at once, as it says. */
  private long most = 100;

  private boolean failed;

  /** Streams above are no longer taken. */
  private int lastTaken = Integer.MAX_VALUE;

  private boolean draining;
  private boolean leaving;
  private long drainPing;

  /**
   * A connection whose channel is active.
   *
   * @param server whether the other side is the client
   * @param clock in nanoseconds
   */
  public Http2Connection(
      ChannelHandlerContext context,
      boolean server,
      Http2Limits limits,
      LoopBuffers buffers,
      LongSupplier clock,
      Http2Owner owner) {
    this.context = context;
    this.server = server;
    this.limits = limits;
    this.clock = clock;
    this.owner = owner;
    writer = new FrameWriter(context);
    flood = new Flood(limits);
    out = new Outflow(writer, encoder, buffers.block, flood);
    in = new Inflow(this, buffers.payload, flood);
    last = server ? 0 : -1;
  }

  /**
   * Sends this side's settings.
   *
   * @param seen how many bytes of the client's preface have arrived already
   */
  public void start(int seen) {
    if (server) {
      in.reader.expectPreface(seen);
      writer.settings(
          Frame.MAX_CONCURRENT_STREAMS,
          limits.streams(),
          Frame.INITIAL_WINDOW_SIZE,
          limits.streamWindow(),
          Frame.MAX_HEADER_LIST_SIZE,
          limits.headBytes());
    } else {
      writer.preface();
      writer.settings(
          Frame.ENABLE_PUSH,
          0,
          Frame.INITIAL_WINDOW_SIZE,
          limits.streamWindow(),
          Frame.MAX_HEADER_LIST_SIZE,
          limits.headBytes());
    }
    in.widen();
  }

  /** Encodes the header blocks that this side sends. */
  public HpackEncoder encoder() {
    return encoder;
  }

  /** Reads what has arrived; {@code from} keeps its owner. */
  public void read(ByteBuf from) {
    if (!failed) {
      in.reader.read(from);
    }
  }

  /** Sends what was written. */
  public void flush() {
    writer.flush();
  }

  /** Whether a frame, a header block or the settings are being waited for. */
  public boolean incomplete() {
    return in.incomplete();
  }

  /** How many streams are open. */
  public int streams() {
    return streams.count();
  }

  /** The open streams. Allocates. */
  public Http2Stream[] open() {
    return streams.all();
  }

  /** How many streams this side may open now. */
  public int room() {
    boolean none = failed || leaving || last > Integer.MAX_VALUE - 16;
    return none ? 0 : (int) Math.max(0, Math.min(most, limits.streams()) - streams.count());
  }

  /** Opens a stream of this side's, for which there is {@link #room}. */
  public void open(Http2Stream stream) {
    last += 2;
    stream.begin(this, last, out.initial(), limits.streamWindow());
    streams.put(stream);
  }

  boolean writable() {
    return context.channel().isWritable();
  }

  /** The channel takes more again. */
  public void writableAgain() {
    if (writable()) {
      for (Http2Stream stream : streams.all()) {
        if (stream.queued == 0) {
          stream.writableAgain();
        }
      }
    }
  }

  /** The channel is closed, and all streams are lost. */
  public void gone() {
    failed = true;
    for (Http2Stream stream : streams.all()) {
      remove(stream);
      owner.ended(stream);
      stream.lost();
    }
    writer.forget();
  }

  /** Takes no more streams, in two steps, so that those on their way are still served. */
  public void drain() {
    if (server && !draining && !failed) {
      draining = true;
      drainPing = clock.getAsLong();
      writer.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR, "");
      writer.ping(drainPing, false);
    }
  }

  /** Whether no stream is left and none will come. */
  public boolean drained() {
    return streams.count() == 0 && (leaving || lastTaken < Integer.MAX_VALUE);
  }

  // What streams send.

  void sendFields(Http2Stream stream, Block block, boolean end) {
    out.fields(stream, block, end);
    if (end) {
      sent(stream);
    }
  }

  void sendTrailers(Http2Stream stream, byte[] lines, int from, int to) {
    out.trailers(stream, lines, from, to);
    if (stream.oursDone) {
      sent(stream);
    }
  }

  void sendData(Http2Stream stream, ByteBuf part, boolean end) {
    out.data(stream, part, end);
    if (stream.oursDone) {
      sent(stream);
    }
  }

  /** All that a stream had to send is sent. */
  void sent(Http2Stream stream) {
    if (!stream.oursDone) {
      stream.writableAgain();
    } else if (stream.theirsDone) {
      end(stream);
    } else if (server) {
      // The answer is complete: what is left of the request is of no use (RFC 9113, 8.1).
      reset(stream, ErrorCode.NO_ERROR);
    }
  }

  void reset(Http2Stream stream, ErrorCode code) {
    writer.reset(stream.id, code);
    reset[resets++ & (REMEMBERED - 1)] = stream.id;
    end(stream);
  }

  /** Ends a stream that broke the rules. */
  void violated(Http2Stream stream, ErrorCode code) {
    if (flood.reset(clock.getAsLong())) {
      flooded(Bound.RESETS, "too many streams were reset");
      return;
    }
    reset(stream, code);
    stream.wasReset(code);
  }

  /** Whether both sides have said all is looked at when theirs has. */
  void bothDone(Http2Stream stream) {
    if (stream.theirsDone && stream.oursDone) {
      end(stream);
    }
  }

  /** Gives back to the windows what a stream has taken. */
  void refill(Http2Stream stream) {
    in.refill(stream);
  }

  private void end(Http2Stream stream) {
    if (stream.connection == this) {
      remove(stream);
      owner.ended(stream);
    }
  }

  private void remove(Http2Stream stream) {
    streams.remove(stream);
    stream.dropQueue();
    stream.connection = null;
    in.forget(stream);
  }

  /** Ends the connection. */
  boolean fail(ErrorCode code, String what) {
    if (!failed) {
      failed = true;
      writer.goAway(Math.max(0, server ? last : 0), code, what);
      owner.failed(code, what);
    }
    return false;
  }

  /** Ends the connection because the other side does too much of something. */
  boolean flooded(Bound bound, String what) {
    if (!failed) {
      owner.reached(bound);
    }
    return fail(ErrorCode.ENHANCE_YOUR_CALM, what);
  }

  boolean failed() {
    return failed;
  }

  /** Whether a stream has not been opened yet by the side that could. */
  boolean idle(int id) {
    boolean odd = (id & 1) == 1;
    return !odd || id > last;
  }

  boolean wasReset(int id) {
    for (int each : reset) {
      if (each == id) {
        return true;
      }
    }
    return false;
  }

  /** The other side opens a stream; null when it is not to be. */
  @Nullable Http2Stream opened(int id) {
    last = id;
    if (id > lastTaken) {
      reset[resets++ & (REMEMBERED - 1)] = id;
      return null;
    }
    boolean room = streams.count() < limits.streams();
    Http2Stream stream = room ? owner.opened() : null;
    if (!room) {
      owner.reached(Bound.STREAMS);
    }
    if (stream == null) {
      refuse(id, ErrorCode.REFUSED_STREAM);
      return null;
    }
    stream.begin(this, id, out.initial(), limits.streamWindow());
    streams.put(stream);
    return stream;
  }

  /** Resets what is no stream of this connection, and counts that. */
  boolean refuse(int id, ErrorCode code) {
    if (flood.reset(clock.getAsLong())) {
      return flooded(Bound.RESETS, "too many streams were reset");
    }
    writer.reset(id, code);
    reset[resets++ & (REMEMBERED - 1)] = id;
    return true;
  }

  int last() {
    return last;
  }

  long now() {
    return clock.getAsLong();
  }

  /** The other side says how many streams it takes at once. */
  void most(long streamsAtOnce) {
    most = streamsAtOnce;
  }

  /** The other side has reset a stream. */
  void wasReset(Http2Stream stream, ErrorCode code) {
    end(stream);
    stream.wasReset(code);
  }

  /** The other side takes no more streams. */
  void goingAway(int lastAnswered) {
    leaving = true;
    if (!server) {
      for (Http2Stream stream : streams.all()) {
        if (stream.id > lastAnswered) {
          wasReset(stream, ErrorCode.REFUSED_STREAM);
        }
      }
    }
    owner.goingAway(lastAnswered);
  }

  /** Our ping has come back: whatever was on its way before we said that we go is here. */
  void ponged(long payload) {
    if (draining && payload == drainPing && lastTaken == Integer.MAX_VALUE) {
      lastTaken = last;
      writer.goAway(last, ErrorCode.NO_ERROR, "");
      if (drained()) {
        owner.goingAway(last);
      }
    }
  }
}
