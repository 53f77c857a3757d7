package io.mamparo.compute;

import io.mamparo.compute.proc.Launch;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What a {@link Supervisor} keeps running. Called on virtual threads, may block. */
interface Workload {
  /** A process of it. */
  record Running(long pid, long startTicks, int port, CompletableFuture<@Nullable Integer> exit) {}

  /**
   * Starts it, and remembers it before returning.
   *
   * @throws Launch.Impossible with a reason for the user
   */
  Running launch() throws Launch.Impossible;

  /** Whether it works: null, or why not in a few words. */
  @Nullable String check(Running running, Duration timeout);

  /** Returns when nothing is on its way to it, or after a while. */
  void drain() throws InterruptedException;

  /** Asks it to end. */
  void terminate(Running running);

  /** Ends it and all that belongs to it. */
  void kill(Running running);

  /** Ends what it left behind, and forgets it. */
  void sweep(Running running);

  /** Why it ended, in a sentence. */
  String obituary(@Nullable Integer exit);
}
