package io.mamparo.mesh.accept;

import org.jspecify.annotations.Nullable;

/**
 * Something that may be late. Belongs to one loop's {@link Timers}; made once for a long-lived
 * owner and set again and again, which costs no more than a store as long as it is set later.
 */
public final class Timer {
  /** What happens then. */
  @FunctionalInterface
  public interface Alarm {
    /** The time has come. */
    void ring(long now);
  }

  static final long NEVER = Long.MAX_VALUE;

  final Alarm alarm;
  long deadline = NEVER;

  /** The tick under whose slot it is linked, while it is. */
  long tick;

  @Nullable Timer before;
  @Nullable Timer after;

  public Timer(Alarm alarm) {
    this.alarm = alarm;
  }
}
