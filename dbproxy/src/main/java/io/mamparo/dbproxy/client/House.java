package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.LogInListener;
import io.mamparo.dbproxy.Security;
import java.util.function.Supplier;

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
 */
public record House(
    Supplier<Accounts> accounts,
    Cancels cancels,
    Strangers strangers,
    Door door,
    Supplier<Security> security,
    Throttle throttle,
    LogInListener listener) {}
