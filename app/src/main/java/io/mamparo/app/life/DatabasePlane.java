package io.mamparo.app.life;

import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.kernel.Problem;
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

  /** What a running proxy can do. */
  interface Running {
    void apply(DatabaseProxyConfig config);

    ProxySnapshot observe();

    DatabaseProxy proxy();

    ProxyHolders holders();

    List<ProxyTotals> totals();

    void close();
  }

  private final Function<DatabaseProxyConfig, Running> start;
  private volatile @Nullable Running running;
  private @Nullable DatabaseProxyConfig applied;

  DatabasePlane(Function<DatabaseProxyConfig, Running> start) {
    this.start = start;
  }

  /** Makes this what the proxy does; does nothing when it does so already. */
  void apply(DatabaseProxyConfig config) {
    if (config.equals(applied)) {
      return;
    }
    Running now = running;
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
    Running now = running;
    return now == null ? NOTHING : now.observe();
  }

  /**
   * The proxy, for orders of the administrator.
   *
   * @throws Problem when the stack has no database
   */
  DatabaseProxy proxy() {
    Running now = running;
    if (now == null) {
      throw new Problem("database proxy", "the stack has no database", "see mamparo status");
    }
    return now.proxy();
  }

  ProxyHolders holders() {
    Running now = running;
    return now == null ? ProxyHolders.NONE : now.holders();
  }

  List<ProxyTotals> totals() {
    Running now = running;
    return now == null ? List.of() : now.totals();
  }

  @Override
  public void close() {
    Running now = running;
    running = null;
    applied = null;
    if (now != null) {
      now.close();
    }
  }
}
