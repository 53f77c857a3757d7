package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.Secret;
import io.mamparo.wire.pg.Backend;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Who may enter the admin database. At most {@value #MOST} at a time; one more is refused (53300).
 * Safe for use by several threads.
 */
public final class AdminDoor {
  /** Under these names it is found. */
  public static final Set<String> NAMES = Set.of("mamparo", "pgbouncer");

  private static final int MOST = 64;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Engine engine;
  private final Set<Channel> inside = ConcurrentHashMap.newKeySet();
  private volatile Map<String, Admin> admins = Map.of();

  private record Admin(Secret password, ScramKeys keys) {}

  /** A closed door until {@link #configure}. */
  public AdminDoor(Engine engine) {
    this.engine = engine;
  }

  /**
   * Takes new logins; the first of a name counts. Deriving keys takes milliseconds for each
   * password that is new.
   */
  public void configure(List<DatabaseProxyConfig.Admin> logins) {
    Map<Secret, ScramKeys> known = new HashMap<>();
    admins.values().forEach(admin -> known.put(admin.password(), admin.keys()));
    Map<String, Admin> now = new HashMap<>();
    for (DatabaseProxyConfig.Admin login : logins) {
      ScramKeys keys = known.computeIfAbsent(login.password(), Secret::keys);
      now.putIfAbsent(login.user(), new Admin(login.password(), keys));
    }
    admins = Map.copyOf(now);
  }

  /** Shows everybody out. */
  public void close() {
    inside.forEach(channel -> channel.close().awaitUninterruptibly(1_000));
  }

  /** What this user has to prove to enter the admin database; null when nobody of the name may. */
  public @Nullable ScramKeys keys(String user) {
    Admin admin = admins.get(user);
    return admin == null ? null : admin.keys();
  }

  /**
   * Lets in who has proven to be this user: takes the place of a handler in the pipeline. On the
   * channel's loop.
   *
   * @param rest what the client has said already; null for nothing
   */
  public void enter(Channel channel, ChannelHandler instead, String user, @Nullable ByteBuf rest) {
    if (inside.size() >= MOST) {
      if (rest != null) {
        rest.release();
      }
      ByteBuf out = channel.alloc().buffer(128);
      Backend.error(
          out,
          "FATAL",
          "53300",
          "the admin database has " + MOST + " clients already",
          "Close some.");
      channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    inside.add(channel);
    channel.closeFuture().addListener(closed -> inside.remove(channel));
    AdminHandler handler = new AdminHandler(channel, user, RANDOM.nextInt(1, Integer.MAX_VALUE));
    channel.pipeline().replace(instead, "admin", handler);
    handler.begin(engine);
    if (rest != null) {
      handler.read(rest);
    }
  }
}
