package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.guests.LookUp;
import io.mamparo.wire.pg.ScramKeys;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Users who are not in the configuration, but whom a database's server knows. Safe for use by
 * several threads.
 */
public interface Guests {
  /** Whether a database has users of its own. */
  boolean welcome(String database);

  /**
   * Finds what its server keeps of a user's password.
   *
   * @param then called later, on any thread
   */
  void find(String database, String user, Consumer<LookUp.Answer> then);

  /** The user has not shown to have what was found: it is asked for anew the next time. */
  void forget(String database, String user);

  /**
   * Makes a login for a user who has shown to have these keys, or finds the one made before.
   *
   * @return null when there are too many already, or the database takes guests no more
   */
  @Nullable Account enter(String database, String user, ScramKeys keys);
}
