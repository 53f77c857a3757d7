package io.mamparo.dbproxy.intern;

import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.tell.Segment;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The desk where statement texts are read: for each, what it counts as, what it leaves behind,
 * whose trace it belongs to, and for prepared ones the shared statement. Owned by one event loop; a
 * flyweight that holds the result of the last reading. Allocates only for texts not seen before.
 */
public final class Texts {
  /** Texts up to this many bytes are read whole; longer ones piece by piece. */
  public static final int WHOLE = 256 * 1024;

  private static final int PIECE = 8 * 1024;
  private static final int CACHE = 4_096;

  private final FingerprintTable fingerprints;
  private final StatementTable statements;
  private final long seed;
  private final Lexer lexer;
  private final TraceComment trace = new TraceComment();
  private final long[] cachedHashes = new long[CACHE];
  private final Fingerprint[] cached = new Fingerprint[CACHE];
  private byte[] scratch = new byte[PIECE];
  private Fingerprint fingerprint = Fingerprint.NONE;
  private int traits;

  /** The desk of the loop with this index. */
  public Texts(int loop, FingerprintTable fingerprints, long seed) {
    this.fingerprints = fingerprints;
    this.statements = new StatementTable(loop);
    this.seed = seed;
    this.lexer = new Lexer(seed);
  }

  /** Reads the text that lies in {@code in}, without its final zero. */
  public void read(ByteBuf in, int at, int length) {
    byte[] bytes = copy(in, at, length);
    classify(bytes, 0, trace.read(bytes, 0, length));
    shrink();
  }

  /**
   * Reads the body of a Parse, after the name.
   *
   * @return the shared statement, made when there was none
   */
  public SharedStatement prepare(ByteBuf in, int at, int length) {
    byte[] bytes = copy(in, at, length);
    int zero = 0;
    while (zero < length && bytes[zero] != 0) {
      zero++;
    }
    int to = trace.read(bytes, 0, zero);
    if (to < zero) {
      System.arraycopy(bytes, zero, bytes, to, length - zero);
    }
    int bodyLength = length - (zero - to);
    int hash = hash(bytes, bodyLength);
    SharedStatement statement = statements.find(bytes, 0, bodyLength, hash);
    if (statement == null) {
      classify(bytes, 0, to);
      statement = statements.add(Arrays.copyOf(bytes, bodyLength), hash, fingerprint, traits);
    }
    fingerprint = statement.fingerprint();
    traits = statement.traits();
    shrink();
    return statement;
  }

  /**
   * The same statement under a name that no server knows yet; the old one is not shared any more.
   */
  public SharedStatement renewed(SharedStatement old) {
    old.retire();
    byte[] body = old.body();
    int hash = hash(body, body.length);
    SharedStatement fresh = statements.find(body, 0, body.length, hash);
    return fresh != null ? fresh : statements.add(body, hash, old.fingerprint(), old.traits());
  }

  /** Begins a text that comes in pieces; only for large ones, as it allocates. */
  public Pieces pieces() {
    return new Pieces();
  }

  /** A large text, read piece by piece as it passes. Owned by the loop of its desk. */
  public final class Pieces {
    private final Lexer own = new Lexer(seed);
    private final byte[] piece = new byte[PIECE];
    private final byte[] prefix = new byte[PIECE];
    private int prefixLength;

    private Pieces() {
      own.begin();
    }

    /** Reads the next piece. */
    public void more(ByteBuf in, int at, int length) {
      for (int done = 0; done < length; ) {
        int now = Math.min(PIECE, length - done);
        in.getBytes(at + done, piece, 0, now);
        int keep = Math.min(now, prefix.length - prefixLength);
        System.arraycopy(piece, 0, prefix, prefixLength, keep);
        prefixLength += keep;
        own.feed(piece, 0, now);
        done += now;
      }
    }

    /** Ends it, for this segment. */
    public void end(Segment segment) {
      int found = own.end();
      segment.statement(find(own.hash(), prefix, 0, prefixLength), found);
    }
  }

  /** A large text that could not be read as a whole leaves no large array behind. */
  private void shrink() {
    if (scratch.length > 64 * 1024) {
      scratch = new byte[PIECE];
    }
  }

  private byte[] copy(ByteBuf in, int at, int length) {
    if (scratch.length < length) {
      scratch = new byte[Math.max(length, scratch.length * 2)];
    }
    in.getBytes(at, scratch, 0, length);
    return scratch;
  }

  private void classify(byte[] bytes, int from, int to) {
    lexer.begin();
    lexer.feed(bytes, from, to);
    traits = lexer.end();
    fingerprint = find(lexer.hash(), bytes, from, to);
  }

  private Fingerprint find(long hash, byte[] bytes, int from, int to) {
    int slot = (int) hash & (CACHE - 1);
    if (cachedHashes[slot] == hash && cached[slot] != null) {
      return cached[slot];
    }
    Fingerprint found = fingerprints.find(hash);
    if (found == null) {
      found =
          fingerprints.full() ? Fingerprint.OTHER : fingerprints.add(hash, text(bytes, from, to));
    }
    cachedHashes[slot] = hash;
    cached[slot] = found;
    return found;
  }

  private String text(byte[] bytes, int from, int to) {
    StringBuilder text = new StringBuilder();
    lexer.begin(text);
    lexer.feed(bytes, from, to);
    lexer.end();
    return Lexer.decode(text);
  }

  private static int hash(byte[] bytes, int length) {
    long h = 1;
    for (int i = 0; i < length; i++) {
      h = h * 31 + bytes[i];
    }
    return (int) (h ^ h >>> 32);
  }

  /** What the last text counts as. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** What the last text leaves behind, see {@link Traits}. */
  public int traits() {
    return traits;
  }

  /** The trace of the last text. */
  public TraceComment trace() {
    return trace;
  }
}
