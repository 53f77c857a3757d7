package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.admin.AdminDoor;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All logins of one configuration, in its order. Immutable.
 *
 * @param byUserAndDatabase the logins
 * @param databases the names of all databases
 */
public record Accounts(Map<Key, Account> byUserAndDatabase, Set<String> databases) {
  public Accounts {
    byUserAndDatabase = Collections.unmodifiableMap(new LinkedHashMap<>(byUserAndDatabase));
    databases = Set.copyOf(databases);
  }

  /** No logins. */
  public static final Accounts NONE = new Accounts(Map.of(), Set.of());

  /** What a login is known by. */
  public record Key(String user, String database) {}

  /** The login; null when there is none. */
  public @Nullable Account find(String user, String database) {
    return byUserAndDatabase.get(new Key(user, database));
  }

  /** Any login of this user, for finding out who asks for a database that does not exist. */
  @Nullable Account anyOf(String user) {
    for (Account account : byUserAndDatabase.values()) {
      if (account.login().user().equals(user)
          && !account.guest()
          && account.proof() == DatabaseProxyConfig.Proof.PASSWORD) {
        return account;
      }
    }
    return null;
  }

  /** Whether that is the admin database; one of the stack's that has its name goes first. */
  boolean leadsToAdmin(String database) {
    return AdminDoor.NAMES.contains(database) && !databases.contains(database);
  }

  /** All logins. */
  public Collection<Account> all() {
    return byUserAndDatabase.values();
  }
}
