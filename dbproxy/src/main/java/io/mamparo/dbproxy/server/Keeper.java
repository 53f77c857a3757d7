package io.mamparo.dbproxy.server;

/** Who keeps a server connection while nobody holds it: a shard of a pool, on the same loop. */
public interface Keeper {
  /** It has logged in and may be lent. */
  void opened(ServerConnection server);

  /** It could not be opened; {@code sqlState} is empty when the server never answered. */
  void failed(ServerConnection server, String sqlState, String reason);

  /** It was given back, cleaned, and may be lent again. */
  void free(ServerConnection server);

  /** It is gone, whoever held it. {@code expected} when the proxy closed it itself. */
  void lost(ServerConnection server, String reason, boolean expected);
}
