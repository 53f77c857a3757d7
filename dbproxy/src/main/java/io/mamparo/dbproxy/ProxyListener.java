package io.mamparo.dbproxy;

/** Everything the proxy tells. Called on the loops; must neither block nor throw. */
public interface ProxyListener extends StatementListener, PoolListener, LogInListener {
  /** Hears and forgets. */
  ProxyListener NONE = statement -> {};
}
