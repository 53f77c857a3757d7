package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.Secret;
import io.mamparo.dbproxy.pool.Pool;
import io.mamparo.dbproxy.server.Settings;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.pg.ScramKeys;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A login as the running proxy knows it: how it proves itself, its pool, and what a new client is
 * told. Safe for use by several threads.
 */
public final class Account {
  private static final int MAX_WELCOMES = 200;

  /**
   * What a client with certain start-up settings is told.
   *
   * @param reported the server's parameters in the server's spelling and order
   * @param settings the session's first settings
   */
  record Welcome(Map<String, String> reported, Settings settings) {}

  private final Segment.Login login;
  private final Secret password;
  private final ScramKeys keys;
  private final Pool pool;
  private final DatabaseProxyConfig.Proof proof;
  private final boolean guest;
  private final Map<Settings, Welcome> welcomes = new ConcurrentHashMap<>();
  private final AtomicInteger clients;
  private volatile @Nullable Pool reads;
  private final AtomicBoolean removed;

  /** A login with the keys derived from its password. */
  public Account(
      Segment.Login login,
      Secret password,
      ScramKeys keys,
      Pool pool,
      DatabaseProxyConfig.Proof proof) {
    this(login, password, keys, pool, proof, false, new AtomicInteger(), new AtomicBoolean());
  }

  /** Somebody whose password nobody here knows: only its keys were shown. */
  public static Account guest(Segment.Login login, ScramKeys keys, Pool pool) {
    return new Account(
        login,
        Secret.of(""),
        keys,
        pool,
        DatabaseProxyConfig.Proof.PASSWORD,
        true,
        new AtomicInteger(),
        new AtomicBoolean());
  }

  private Account(
      Segment.Login login,
      Secret password,
      ScramKeys keys,
      Pool pool,
      DatabaseProxyConfig.Proof proof,
      boolean guest,
      AtomicInteger clients,
      AtomicBoolean removed) {
    this.proof = proof;
    this.login = login;
    this.password = password;
    this.keys = keys;
    this.pool = pool;
    this.guest = guest;
    this.clients = clients;
    this.removed = removed;
  }

  /** Whether it is not in the configuration, but known to the database's server. */
  public boolean guest() {
    return guest;
  }

  /** The same login with another password; clients that are in stay in. */
  public Account withPassword(Secret newPassword, ScramKeys newKeys) {
    Account changed =
        new Account(login, newPassword, newKeys, pool, proof, guest, clients, removed);
    changed.reads = reads;
    return changed;
  }

  /** Who it is. */
  public Segment.Login login() {
    return login;
  }

  /** The password its keys were derived from. */
  public Secret password() {
    return password;
  }

  /** What clients must prove. */
  public ScramKeys keys() {
    return keys;
  }

  /** How clients prove to be it. */
  public DatabaseProxyConfig.Proof proof() {
    return proof;
  }

  /** Its server connections. */
  public Pool pool() {
    return pool;
  }

  /** Its server connections for transactions that only read; null when it has no others. */
  public @Nullable Pool reads() {
    return reads;
  }

  /** Takes others for transactions that only read. */
  public void reads(@Nullable Pool others) {
    reads = others;
  }

  /** How many clients are logged in with it. */
  public AtomicInteger clients() {
    return clients;
  }

  /** It is no longer in the configuration. */
  public void remove() {
    removed.set(true);
  }

  /** Whether it has gone from the configuration. */
  public boolean removed() {
    return removed.get();
  }

  @Nullable Welcome welcome(Settings startup) {
    return welcomes.get(startup);
  }

  void welcome(Settings startup, Welcome welcome) {
    if (welcomes.size() < MAX_WELCOMES) {
      welcomes.put(startup, welcome);
    }
  }

  /** What new clients are told is asked anew: the server may have changed. */
  public void forgetWelcomes() {
    welcomes.clear();
  }
}
