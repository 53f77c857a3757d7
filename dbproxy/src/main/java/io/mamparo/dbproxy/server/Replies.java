package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.intern.SharedStatement;
import io.mamparo.dbproxy.tell.Segment;
import java.util.Arrays;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What a server still owes, in order: one entry for each request that will be answered, and for
 * each answer the proxy gives in the server's place. Owned by one event loop; a ring that grows and
 * allocates nothing in the steady state.
 */
public final class Replies {
  public static final byte NOTHING = 0;
  public static final byte PARSE = 1;
  public static final byte PARSE_INJECTED = 2;
  public static final byte PARSE_FAKED = 3;
  public static final byte BIND = 4;
  public static final byte DESCRIBE = 5;
  public static final byte EXECUTE = 6;
  public static final byte CLOSE = 7;
  public static final byte CLOSE_INJECTED = 8;
  public static final byte CLOSE_FAKED = 9;
  public static final byte SYNC = 10;
  public static final byte QUERY = 11;
  public static final byte CALL = 12;

  /** CopyDone or CopyFail; answered by nothing of its own. */
  public static final byte COPY_END = 13;

  /** A Parse of the proxy's own for the unnamed statement. */
  public static final byte UNNAMED_INJECTED = 15;

  /** What belongs to a shared statement. */
  public interface Reference {
    /** The statement. */
    SharedStatement statement();
  }

  /** A simple query of the proxy's own; its replies reach nobody. */
  public static final byte OWN_QUERY = 14;

  private byte[] kinds = new byte[16];
  private @Nullable Object[] things = new Object[16];
  private @Nullable Segment[] segments = new Segment[16];
  private int head;
  private int size;

  /** How many replies are owed. */
  public int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  void add(byte kind, @Nullable Object thing, @Nullable Segment segment) {
    if (size == kinds.length) {
      grow();
    }
    int at = index(size++);
    kinds[at] = kind;
    things[at] = thing;
    segments[at] = segment;
  }

  private int index(int i) {
    return (head + i) & (kinds.length - 1);
  }

  private void grow() {
    int length = kinds.length;
    byte[] newKinds = new byte[length * 2];
    @Nullable Object[] newThings = new Object[length * 2];
    @Nullable Segment[] newSegments = new Segment[length * 2];
    for (int i = 0; i < size; i++) {
      newKinds[i] = kinds[index(i)];
      newThings[i] = things[index(i)];
      newSegments[i] = segments[index(i)];
    }
    kinds = newKinds;
    things = newThings;
    segments = newSegments;
    head = 0;
  }

  /** The kind of the entry that is answered next; NOTHING when none is. */
  byte next() {
    return size == 0 ? NOTHING : kinds[head];
  }

  /** Whether the request that is answered next is a Parse of the client's. */
  public boolean parsing() {
    return next() == PARSE;
  }

  /** Whether the entry that is answered next is answered by ReadyForQuery. */
  boolean readyIsNext() {
    return size > 0 && (endsSegment(0) || kinds[head] == OWN_QUERY);
  }

  @Nullable Object thing() {
    return things[head];
  }

  @Nullable Segment segment() {
    return size == 0 ? null : segments[head];
  }

  byte kind(int i) {
    return kinds[index(i)];
  }

  @Nullable Object thing(int i) {
    return things[index(i)];
  }

  /** The segment of the entry at {@code i}. */
  public @Nullable Segment segment(int i) {
    return segments[index(i)];
  }

  void pop() {
    things[head] = null;
    segments[head] = null;
    head = (head + 1) & (kinds.length - 1);
    size--;
  }

  /** Takes the entry at {@code i} out; the others close up. */
  void remove(int i) {
    for (int j = i; j < size - 1; j++) {
      kinds[index(j)] = kinds[index(j + 1)];
      things[index(j)] = things[index(j + 1)];
      segments[index(j)] = segments[index(j + 1)];
    }
    size--;
    things[index(size)] = null;
    segments[index(size)] = null;
  }

  /**
   * The request that is answered next makes the server wait for the rest of a copy: Syncs are
   * ignored until its end.
   *
   * @param ignored told of their segments
   * @return whether that end is yet to be sent
   */
  boolean copyBegins(java.util.function.Consumer<@Nullable Segment> ignored) {
    int i = 1;
    while (i < size && kind(i) != COPY_END) {
      if (kind(i) == SYNC) {
        ignored.accept(segment(i));
        remove(i);
      } else {
        i++;
      }
    }
    boolean waits = i == size;
    if (!waits) {
      remove(i);
    }
    return waits;
  }

  void insertBeforeLast(byte kind, Object thing) {
    int last = index(size - 1);
    byte lastKind = kinds[last];
    Object lastThing = things[last];
    Segment segment = segments[last];
    kinds[last] = kind;
    things[last] = thing;
    add(lastKind, lastThing, segment);
  }

  /** Whether all that is owed are replies to the proxy itself. */
  public boolean onlyOwn() {
    for (int i = 0; i < size; i++) {
      if (kind(i) != OWN_QUERY) {
        return false;
      }
    }
    return true;
  }

  /** Whether the entry at {@code i} is answered by ReadyForQuery. */
  public boolean endsSegment(int i) {
    byte kind = kind(i);
    return kind == SYNC || kind == QUERY || kind == CALL;
  }

  /** Visits all entries, the youngest first. */
  public void backwards(java.util.function.BiConsumer<Byte, @Nullable Object> visitor) {
    for (int i = size - 1; i >= 0; i--) {
      visitor.accept(kind(i), thing(i));
    }
  }

  /**
   * Whether the youngest request that fits lies in an earlier segment than what is sent next: an
   * error there would not be known before.
   */
  public boolean inEarlierSegment(BiPredicate<Byte, @Nullable Object> fits) {
    boolean crossed = false;
    for (int i = size - 1; i >= 0; i--) {
      if (fits.test(kind(i), thing(i))) {
        return crossed;
      }
      crossed |= endsSegment(i);
    }
    return false;
  }

  /** Whether the transaction state is open because an earlier segment has not ended. */
  public boolean severalSegments() {
    for (int i = 0; i < size; i++) {
      if (endsSegment(i)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a request that fits follows the batch at the head. */
  public boolean behindSync(BiPredicate<Byte, @Nullable Object> fits) {
    boolean behind = false;
    for (int i = 0; i < size; i++) {
      if (behind && fits.test(kind(i), thing(i))) {
        return true;
      }
      behind |= kind(i) == SYNC;
    }
    return false;
  }

  /** Whether a Parse of this statement lies in an earlier segment. */
  boolean parsedEarlier(SharedStatement statement) {
    boolean crossed = false;
    for (int i = size - 1; i >= 0; i--) {
      if (kind(i) == PARSE || kind(i) == PARSE_INJECTED || kind(i) == UNNAMED_INJECTED) {
        Object thing = thing(i);
        boolean same =
            thing == statement
                || (thing instanceof Reference reference && reference.statement() == statement);
        if (same) {
          return crossed;
        }
      }
      crossed |= endsSegment(i);
    }
    return false;
  }

  void clear() {
    Arrays.fill(things, null);
    Arrays.fill(segments, null);
    head = 0;
    size = 0;
  }
}
