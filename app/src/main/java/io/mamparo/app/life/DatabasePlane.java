package io.mamparo.app.life;

import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.kernel.Problem;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The database proxy, which is there only while the stack has a database. Used by the life thread;
 * {@link #observe} and the like by any.
 */
final class DatabasePlane implements AutoCloseable {
  private static final ProxySnapshot NOTHING =
      new ProxySnapshot(List.of(), new ProxySnapshot.Clients(0, 0, 0, 0, 0, 0), List.of());

  /** For what is under way when the last database goes, or the stack. */
  private static final Duration DRAIN = Duration.ofMillis(500);

  private final Function<DatabaseProxyConfig, DatabaseProxy> start;
  private volatile @Nullable DatabaseProxy running;
  private @Nullable DatabaseProxyConfig applied;

  DatabasePlane(Function<DatabaseProxyConfig, DatabaseProxy> start) {
    this.start = start;
  }

  /** Makes this what the proxy does; does nothing when it does so already. */
  void apply(DatabaseProxyConfig config) {
    if (config.equals(applied)) {
      return;
    }
    DatabaseProxy now = running;
    if (now == null) {
      if (!config.databases().isEmpty()) {
        running = start.apply(config);
      }
    } else {
      now.apply(config);
    }
    applied = config;
  }

  ProxySnapshot observe() {
    DatabaseProxy now = running;
    return now == null ? NOTHING : now.observe();
  }

  /**
   * The proxy, for orders of the administrator.
   *
   * @throws Problem when the stack has no database
   */
  DatabaseProxy proxy() {
    DatabaseProxy now = running;
    if (now == null) {
      throw new Problem("database proxy", "the stack has no database", "see mamparo status");
    }
    return now;
  }

  ProxyHolders holders() {
    DatabaseProxy now = running;
    return now == null ? ProxyHolders.NONE : now.holders();
  }

  List<ProxyTotals> totals() {
    DatabaseProxy now = running;
    return now == null ? List.of() : now.totals();
  }

  @Override
  public void close() {
    DatabaseProxy now = running;
    running = null;
    applied = null;
    if (now != null) {
      now.close(DRAIN);
    }
  }
}
