package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.ProxyHolders;
import io.mamparo.dbproxy.ProxyHolders.ServerState;
import io.mamparo.dbproxy.tell.Onlooker;
import io.netty.channel.Channel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What onlookers see of a server connection. Stateless; called on the connection's loop. */
public final class Look {
  private Look() {}

  /** Its key among what onlookers see. */
  public static long key(ServerConnection server) {
    return (long) System.identityHashCode(server) << 32 | server.pid();
  }

  /**
   * All of it; null once it is gone.
   *
   * @param renewedAt connections that were opened before are closed when they come back
   */
  public static ProxyHolders.@Nullable Server at(
      ServerConnection server, ProxyHolders.Who who, long renewedAt, long now, long epochMillis) {
    Channel channel = server.channel();
    if (channel == null || !channel.isActive()) {
      return null;
    }
    Borrower holder = server.isFree() ? null : server.answers.borrower();
    return new ProxyHolders.Server(
        key(server),
        who,
        Onlooker.ends(channel),
        server.isFree()
            ? ServerState.IDLE
            : holder == null ? ServerState.TESTED : ServerState.ACTIVE,
        epochMillis - (now - server.tenure().openedAt()) / 1_000_000,
        server.isFree() ? now - server.tenure().freeSince() : 0,
        server.pid(),
        holder == null ? 0 : holder.clientId(),
        server.answers.statements().size(),
        Objects.requireNonNullElse(server.settings().get("application_name"), ""),
        server.tenure().condemned() || server.tenure().openedAt() - renewedAt < 0);
  }
}
