package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.AdminOffice;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.ProxyTotals;
import java.util.List;

/** The proxy as its admin database sees it. Called on virtual threads; may block. */
public interface Engine {
  /** What it does. */
  DatabaseProxyConfig config();

  /** Pools and counts. */
  ProxySnapshot observe();

  /** Clients and server connections, one by one. */
  ProxyHolders holders();

  /** What has passed through. */
  List<ProxyTotals> totals();

  /** Client connections, those that have not logged in yet among them. */
  int connections();

  /** Ends one client at once; false when there is none of that id. */
  boolean dismiss(int client);

  /** What {@link #lent} says of a database that is not paused any more. */
  int RESUMED = -1;

  /**
   * Lends no server connection of a database any more.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  void pause(String database);

  /**
   * Waits a moment for the server connections that a paused database has lent.
   *
   * @return how many are still there, or {@link #RESUMED}
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  int lent(String database);

  /** Goes on. */
  void resume(String database);

  /** Replaces the server connections as they come back. */
  void reconnect(String database);

  /** Drops all clients and server connections, and pauses. */
  void kill(String database);

  /** Refuses new clients, or lets them in again. */
  void disabled(String database, boolean refuse);

  /** The program around it. */
  AdminOffice office();
}
