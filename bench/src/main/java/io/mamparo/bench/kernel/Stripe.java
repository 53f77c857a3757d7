package io.mamparo.bench.kernel;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The number of a benchmark's thread, as an event loop has one. Belongs to that thread. */
@State(Scope.Thread)
public class Stripe {
  /** One a core, as there are event loops; benchmarks run on no more threads than that. */
  static final int MOST = Runtime.getRuntime().availableProcessors();

  private static final AtomicInteger NEXT = new AtomicInteger();

  int index;

  /** Takes the next number. */
  @Setup(Level.Trial)
  public void take() {
    index = NEXT.getAndIncrement() % MOST;
  }
}
