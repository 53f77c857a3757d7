package io.mamparo.load;

import java.util.List;

/**
 * A load under way or over. Safe for use by several threads. Times of a run are nanoseconds from
 * its start.
 */
public interface LoadRun {
  /** The load's name. */
  String name();

  /** The monotonic time ({@link System#nanoTime()}) at which it began. */
  long startNanos();

  /** Sends no more; what is under way ends, at the latest by its timeout. */
  void stop();

  /** What is going on, for a progress line. */
  LoadSnapshot snapshot();

  /** The last so many seconds; the newest of them are incomplete. */
  List<Second> timeline(int last);

  /**
   * What should have started between two moments: counts to 100 ms, latencies of all whole seconds
   * that the stretch touches. Reaches back an hour.
   */
  Figures between(long fromNanos, long toNanos);

  /** By when, to 100 ms, the first request from a moment on had succeeded; -1 if none has. */
  long firstSuccessFrom(long nanos);

  /** The last 20 000 failures, in the order in which they were noticed. */
  List<Failure> failures();

  /** How many connections the peer has dropped while they were in use. */
  long connectionsDropped();

  /** Everything seen so far. */
  LoadReport report();

  /** Waits until the last request has ended. */
  LoadReport await() throws InterruptedException;
}
