package io.mamparo.dbproxy.pool;

import io.mamparo.dbproxy.server.ServerConnection;
import io.mamparo.dbproxy.server.Settings;

/** Who waits for a server connection: a session. Called on the loop of both. */
public interface Waiter {
  /** It has one now. */
  void granted(ServerConnection server);

  /** It gets none. */
  void denied(Denial denial);

  /** The settings it will need; a server that has them already is preferred. */
  Settings wanted();

  /** Since when it waits, in nanoseconds. */
  long waitingSince();
}
