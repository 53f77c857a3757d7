package io.mamparo.dbproxy.tell;

import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.kernel.Clock;
import java.util.ArrayDeque;

/**
 * Hands out segments, tells the listener when one ends, and takes it back. Owned by one event loop;
 * allocates only while more segments are in flight than ever before.
 */
public final class Recorder {
  private static final int SPARE = 4_096;

  private final int loop;
  private final Clock clock;
  private final ProxyListener listener;
  private final ArrayDeque<Segment> spare = new ArrayDeque<>();

  /** The recorder of the loop with this index. */
  public Recorder(int loop, Clock clock, ProxyListener listener) {
    this.loop = loop;
    this.clock = clock;
    this.listener = listener;
  }

  /** A fresh segment that begins now. */
  public Segment begin(Segment.Login login) {
    Segment segment = spare.pollLast();
    if (segment == null) {
      segment = new Segment();
    }
    segment.reset(login, loop, clock.nanos());
    return segment;
  }

  /** Tells of a segment that has ended. */
  public void end(Segment segment, boolean pinned) {
    segment.ended(clock.nanos(), pinned);
    listener.onStatement(segment);
    drop(segment);
  }

  /** Takes a segment back without telling. */
  public void drop(Segment segment) {
    if (spare.size() < SPARE) {
      spare.addLast(segment);
    }
  }

  /** The listener, for events other than statements. */
  public ProxyListener listener() {
    return listener;
  }

  /** The time. */
  public long now() {
    return clock.nanos();
  }

  /** The loop's index. */
  public int loop() {
    return loop;
  }
}
