package io.mamparo.load.run;

import java.util.concurrent.atomic.LongAdder;

/** Counts connections of all lanes. Safe for use by several threads. */
public final class Connections {
  private final LongAdder opened = new LongAdder();
  private final LongAdder dropped = new LongAdder();

  /** A connection was opened. */
  public void open() {
    opened.increment();
  }

  /** The peer ended a connection in the middle of a request, or unasked. */
  public void drop() {
    dropped.increment();
  }

  public long opened() {
    return opened.sum();
  }

  public long dropped() {
    return dropped.sum();
  }
}
