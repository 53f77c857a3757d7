package io.mamparo.dbproxy;

import java.util.Locale;

/** For how long a client keeps a server connection once it has one. */
public enum PoolMode {
  /** To the end of its transaction, or for as long as something of it lives on the server only. */
  TRANSACTION,
  /** Until it goes. */
  SESSION,
  /** To the end of its statement; transactions of several statements are refused. */
  STATEMENT;

  /** As told to people. */
  public String words() {
    return name().toLowerCase(Locale.ROOT);
  }
}
