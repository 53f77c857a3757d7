package io.mamparo.dbproxy.server;

import io.mamparo.dbproxy.Secret;
import io.mamparo.dbproxy.UpstreamTls;
import io.mamparo.wire.pg.ScramKeys;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where the server connections of a login lead and who they log in as, with the SCRAM keys kept so
 * that only the first connection pays for deriving them. Safe for use by several threads.
 */
public final class Upstream {
  private final String host;
  private final int port;
  private final String dbname;
  private final String user;
  private final Secret password;
  private final UpstreamTls tls;
  private final Kept kept;
  private final @Nullable ScramKeys proven;

  /** Keys that were derived; replicas of a server take the same ones. */
  private static final class Kept {
    private volatile @Nullable ScramKeys keys;
  }

  /** A database on a server, as a role. */
  public Upstream(
      String host, int port, String dbname, String user, Secret password, UpstreamTls tls) {
    this(host, port, dbname, user, password, tls, new Kept(), null);
  }

  /** As a role whose password nobody here knows, but which has shown its keys. */
  public static Upstream proven(
      String host, int port, String dbname, String user, ScramKeys keys, UpstreamTls tls) {
    return new Upstream(host, port, dbname, user, Secret.of(""), tls, new Kept(), keys);
  }

  private Upstream(
      String host,
      int port,
      String dbname,
      String user,
      Secret password,
      UpstreamTls tls,
      Kept kept,
      @Nullable ScramKeys proven) {
    this.host = host;
    this.port = port;
    this.dbname = dbname;
    this.user = user;
    this.password = password;
    this.tls = tls;
    this.kept = kept;
    this.proven = proven;
  }

  /** How connections to it are encrypted. */
  public UpstreamTls tls() {
    return tls;
  }

  /** The same role and database on another server. */
  public Upstream at(String otherHost, int otherPort) {
    return new Upstream(otherHost, otherPort, dbname, user, password, tls, kept, proven);
  }

  /** The server's name or address. */
  public String host() {
    return host;
  }

  /** The server's port. */
  public int port() {
    return port;
  }

  String dbname() {
    return dbname;
  }

  /** The role. */
  public String user() {
    return user;
  }

  char[] password() {
    return password.reveal();
  }

  /** The same place and role with the same password, reached in the same way. */
  public boolean same(Upstream other) {
    return host.equals(other.host)
        && port == other.port
        && dbname.equals(other.dbname)
        && user.equals(other.user)
        && password.equals(other.password)
        && tls.equals(other.tls)
        && sameKeys(other.proven);
  }

  private boolean sameKeys(@Nullable ScramKeys others) {
    return proven == null ? others == null : others != null && proven.same(others);
  }

  /**
   * Finds the keys for this salt; derives them on a thread of its own when they are not at hand.
   *
   * @param then called at once, or later on that thread; with null when they cannot be derived
   */
  void keys(byte[] salt, int iterations, Consumer<@Nullable ScramKeys> then) {
    ScramKeys known = proven == null ? kept.keys : proven;
    if (known != null && known.fits(salt, iterations)) {
      then.accept(known);
      return;
    }
    if (proven != null) {
      then.accept(null); // its password has changed since
      return;
    }
    Thread.ofVirtual().name("scram").start(() -> then.accept(derive(salt, iterations)));
  }

  private @Nullable ScramKeys derive(byte[] salt, int iterations) {
    try {
      ScramKeys fresh = password.keys(salt, iterations);
      kept.keys = fresh;
      return fresh;
    } catch (RuntimeException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
