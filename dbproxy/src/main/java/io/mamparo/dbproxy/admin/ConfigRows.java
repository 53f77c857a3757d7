package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.dbproxy.ProxyTotals;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rows of SHOW VERSION, CONFIG and MEM. Stateless. */
final class ConfigRows {
  /** Whose answers these are, for tools that look at the number. */
  static final String VERSION = "PgBouncer 1.25.2 (Mamparo)";

  private ConfigRows() {}

  static List<List<@Nullable Object>> version(Engine engine) {
    return List.of(row(VERSION));
  }

  /** What PgBouncer would call the settings that hold; they are changed in the stack file. */
  static List<List<@Nullable Object>> config(Engine engine) {
    DatabaseProxyConfig config = engine.config();
    Pool pool = config.logins().isEmpty() ? Pool.DEFAULT : config.logins().getFirst().pool();
    List<List<@Nullable Object>> rows = new ArrayList<>();
    add(rows, "auth_type", "scram-sha-256", "scram-sha-256");
    add(rows, "client_idle_timeout", seconds(pool.times().idle()), 0.0);
    add(
        rows,
        "client_login_timeout",
        config.limits().loginTimeout().toSeconds(),
        Limits.DEFAULT.loginTimeout().toSeconds());
    add(rows, "default_pool_size", pool.max(), Pool.DEFAULT.max());
    add(rows, "idle_transaction_timeout", seconds(pool.times().idleInTransaction()), 0.0);
    add(rows, "listen_addr", config.listen().getHostString(), "127.0.0.1");
    add(rows, "listen_port", config.listen().getPort(), 6432);
    add(rows, "max_client_conn", config.limits().clients(), Limits.DEFAULT.clients());
    add(rows, "max_db_client_connections", 0, 0);
    add(rows, "max_db_connections", 0, 0);
    add(
        rows,
        "max_prepared_statements",
        config.limits().preparedPerServer(),
        Limits.DEFAULT.preparedPerServer());
    add(rows, "max_user_client_connections", 0, 0);
    add(rows, "max_user_connections", 0, 0);
    add(rows, "min_pool_size", pool.min(), Pool.DEFAULT.min());
    add(rows, "pool_mode", pool.mode().words(), Pool.DEFAULT.mode().words());
    add(
        rows,
        "query_wait_timeout",
        seconds(pool.borrowTimeout()),
        seconds(Pool.DEFAULT.borrowTimeout()));
    add(rows, "reserve_pool_size", 0, 0);
    add(rows, "server_check_delay", seconds(pool.check()), seconds(Pool.DEFAULT.check()));
    add(rows, "server_idle_timeout", pool.idle().toSeconds(), Pool.DEFAULT.idle().toSeconds());
    add(rows, "server_lifetime", pool.lifetime().toSeconds(), Pool.DEFAULT.lifetime().toSeconds());
    add(rows, "stats_period", ProxyTotals.PERIOD_SECONDS, ProxyTotals.PERIOD_SECONDS);
    add(rows, "transaction_timeout", seconds(pool.times().transaction()), 0.0);
    return rows;
  }

  private static double seconds(Duration duration) {
    return duration.toMillis() / 1e3;
  }

  private static void add(
      List<List<@Nullable Object>> rows, String key, Object value, Object usual) {
    rows.add(row(key, words(value), words(usual), "no"));
  }

  private static String words(Object value) {
    return value instanceof Double seconds && seconds == Math.rint(seconds)
        ? Long.toString(seconds.longValue())
        : value.toString();
  }

  /** Java's memory in blocks of 1 KiB. */
  static List<List<@Nullable Object>> memory(Engine engine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    rows.add(memory("heap", heap.getUsed(), heap.getCommitted()));
    rows.add(memory("non_heap", other.getUsed(), other.getCommitted()));
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      if (pool.getName().equals("direct")) {
        rows.add(memory("direct", pool.getMemoryUsed(), pool.getTotalCapacity()));
      }
    }
    long netty = io.netty.buffer.PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
    rows.add(memory("buffers", netty, netty));
    return rows;
  }

  private static List<@Nullable Object> memory(String name, long used, long all) {
    return row(
        name, 1024, used / 1024, Math.max(0, all - used) / 1024, Math.min(all, Integer.MAX_VALUE));
  }
}
