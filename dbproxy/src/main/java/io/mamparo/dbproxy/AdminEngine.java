package io.mamparo.dbproxy;

import io.mamparo.dbproxy.admin.Engine;
import io.mamparo.dbproxy.pool.Cluster;
import java.time.Duration;
import java.util.List;

/** The running proxy, as its admin database sees it. Safe for use by several threads. */
final class AdminEngine implements Engine {
  private static final Duration A_MOMENT = Duration.ofMillis(200);

  private final DatabaseProxy proxy;
  private final AdminOffice office;

  AdminEngine(DatabaseProxy proxy, AdminOffice office) {
    this.proxy = proxy;
    this.office = office;
  }

  @Override
  public DatabaseProxyConfig config() {
    return proxy.config();
  }

  @Override
  public ProxySnapshot observe() {
    return proxy.observe();
  }

  @Override
  public ProxyHolders holders() {
    return proxy.holders();
  }

  @Override
  public List<ProxyTotals> totals() {
    return proxy.totals();
  }

  @Override
  public int connections() {
    return proxy.door().inside();
  }

  @Override
  public boolean dismiss(int client) {
    return proxy.dismiss(client);
  }

  @Override
  public void pause(String database) {
    proxy.pause(database, Duration.ZERO);
  }

  @Override
  public int lent(String database) {
    Cluster cluster = proxy.clusters().get(database);
    int left = cluster.drain(A_MOMENT.toNanos());
    return left == 0 || cluster.paused() ? left : RESUMED;
  }

  @Override
  public void resume(String database) {
    proxy.resume(database);
  }

  @Override
  public void reconnect(String database) {
    proxy.reconnect(database);
  }

  @Override
  public void kill(String database) {
    proxy.kill(database);
  }

  @Override
  public void disabled(String database, boolean refuse) {
    if (refuse) {
      proxy.disable(database);
    } else {
      proxy.enable(database);
    }
  }

  @Override
  public AdminOffice office() {
    return office;
  }
}
