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

  /** Connections that have not logged in yet. */
  int loggingIn();

  /** Ends one client at once; false when there is none of that id. */
  boolean dismiss(int client);

  /** The databases, paused ones and all. */
  List<ProxySnapshot.Database> databases();

  /**
   * Lends no server connection of a database any more.
   *
   * @return how many connections are still lent after a moment
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  int pause(String database);

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
