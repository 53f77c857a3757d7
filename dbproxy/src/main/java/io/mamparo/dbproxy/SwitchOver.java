package io.mamparo.dbproxy;

import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.watch.Watch;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One planned change of the primary. Used once, by one thread, which it blocks. */
final class SwitchOver {
  private final Cluster cluster;
  private final Watch watch;
  private final Clock clock;
  private final Duration atMost;

  SwitchOver(Cluster cluster, Watch watch, Clock clock, Duration atMost) {
    this.cluster = cluster;
    this.watch = watch;
    this.clock = clock;
    this.atMost = atMost;
  }

  String to(@Nullable String wanted, Consumer<String> stop) {
    Member former = cluster.primary();
    Member next = choose(wanted);
    boolean wasPaused = cluster.paused();
    cluster.pause();
    try {
      await(
          () -> cluster.open() == 0,
          "transactions are still open after " + atMost.toSeconds() + " s",
          "end them, or let it wait for longer");
      long drained = clock.nanos();
      await(
          () -> next.completeUntil() - drained >= 0,
          next + " does not catch up",
          "look at its replication");
      if (former != null) {
        stop.accept(former.toString());
      }
      promote(next);
      await(
          () -> next == cluster.primary(),
          next + " was promoted and is still a replica",
          "look at its log");
      return next.toString();
    } finally {
      if (!wasPaused) {
        cluster.resume();
      }
    }
  }

  private Member choose(@Nullable String wanted) {
    return cluster.members().stream()
        .filter(member -> member.standing().role().equals("replica"))
        .filter(member -> wanted == null || member.toString().equals(wanted))
        .min(Comparator.comparingLong(member -> member.standing().lagNanos()))
        .orElseThrow(
            () ->
                problem(
                    wanted == null
                        ? "has no replica that answers"
                        : "has no replica " + wanted + " that answers",
                    "see mamparo status"));
  }

  private void promote(Member next) {
    try {
      watch.order(next, "select pg_promote(false)").join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw problem(
          next + " cannot be promoted: " + cause.getMessage(),
          "grant execute on function pg_promote to the role that the proxy uses");
    }
  }

  private void await(BooleanSupplier condition, String otherwise, String remedy) {
    long end = clock.nanos() + atMost.toNanos();
    while (!condition.getAsBoolean()) {
      if (clock.nanos() - end > 0 || Thread.currentThread().isInterrupted()) {
        throw problem(otherwise, remedy);
      }
      LockSupport.parkNanos(2_000_000);
    }
  }

  private Problem problem(String what, String remedy) {
    return new Problem("database " + cluster.name(), what, remedy);
  }
}
