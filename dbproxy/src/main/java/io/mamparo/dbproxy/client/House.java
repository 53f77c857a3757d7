package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.LogInListener;
import io.mamparo.dbproxy.Security;
import io.mamparo.dbproxy.admin.AdminDoor;
import io.mamparo.wire.pg.ScramKeys;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all client connections share.
 *
 * @param accounts the present logins
 * @param cancels the keys of the sessions
 * @param strangers keys for users that do not exist
 * @param door how many may be in
 * @param security what is asked of them
 * @param throttle failed log-ins
 * @param listener told of decisions
 * @param admin who may enter the admin database
 * @param guests users whom only a database's server knows
 */
public record House(
    Supplier<Accounts> accounts,
    Cancels cancels,
    Strangers strangers,
    Door door,
    Supplier<Security> security,
    Throttle throttle,
    LogInListener listener,
    AdminDoor admin,
    Guests guests) {

  /**
   * What a visitor has to prove; null when nobody of that name may come in. Whoever proves to be
   * the user of any database learns which databases there are, no other.
   */
  @Nullable ScramKeys keys(Visitor visitor) {
    Accounts now = accounts.get();
    ScramKeys keys = now.leadsToAdmin(visitor.database()) ? admin.keys(visitor.user()) : null;
    visitor.admin(keys != null);
    if (keys != null) {
      return keys;
    }
    Account account = now.find(visitor.user(), visitor.database());
    account = account == null ? now.anyOf(visitor.user()) : account;
    return account == null ? null : account.keys();
  }
}
