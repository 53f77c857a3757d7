package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Account;
import io.mamparo.dbproxy.client.Accounts;
import io.mamparo.dbproxy.client.Guests;
import io.mamparo.dbproxy.guests.LookUp;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.pool.Pool;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.pool.PoolShard.Connector;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Recorder;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The logins of a proxy: those of its configuration, and guests, who are made when they come and
 * forgotten when room is needed and they have left. Safe for use by several threads; whoever waits
 * for {@code lock} never waits long.
 */
final class Roster implements Guests {
  private final Loops loops;
  private final Clusters clusters;
  private final List<Recorder> recorders;
  private final Connector connector;
  private final Object lock = new Object();
  private volatile Accounts accounts = Accounts.NONE;
  private volatile Map<String, Open> open = Map.of();

  /**
   * A database that takes guests, under a name.
   *
   * @param reads whether the name leads to replicas
   */
  private record Open(
      DatabaseProxyConfig.Database database,
      DatabaseProxyConfig.Guests guests,
      LookUp lookUp,
      boolean reads) {
    Open forReading() {
      return new Open(database, guests, lookUp, true);
    }
  }

  Roster(Loops loops, Clusters clusters, List<Recorder> recorders, Connector connector) {
    this.loops = loops;
    this.clusters = clusters;
    this.recorders = recorders;
    this.connector = connector;
  }

  /** The present logins. */
  Accounts accounts() {
    return accounts;
  }

  /**
   * Takes a new configuration.
   *
   * @return the logins that are no more
   */
  List<Account> apply(DatabaseProxyConfig config) {
    Map<String, DatabaseProxyConfig.Database> byName = new HashMap<>();
    config.databases().forEach(database -> byName.put(database.name(), database));
    Map<Accounts.Key, Account> now = configured(config, byName);
    synchronized (lock) {
      Accounts before = accounts;
      openFor(byName);
      before
          .byUserAndDatabase()
          .forEach(
              (key, account) -> {
                Open still = open.get(key.database());
                if (account.guest() && still != null && !now.containsKey(key)) {
                  configure(account, still, guestRole(still, key.user(), account.keys()));
                  now.put(key, account);
                }
              });
      accounts = accounts(now);
      List<Account> gone = new ArrayList<>();
      before
          .byUserAndDatabase()
          .forEach(
              (key, old) -> {
                Account kept = now.get(key);
                if (kept == null || kept.pool() != old.pool()) {
                  gone.add(old);
                }
              });
      return gone;
    }
  }

  private static Accounts accounts(Map<Accounts.Key, Account> all) {
    return new Accounts(
        all, all.keySet().stream().map(Accounts.Key::database).collect(Collectors.toSet()));
  }

  private Map<Accounts.Key, Account> configured(
      DatabaseProxyConfig config, Map<String, DatabaseProxyConfig.Database> byName) {
    Accounts before = accounts;
    Map<Accounts.Key, Account> now = new LinkedHashMap<>();
    for (DatabaseProxyConfig.Login login : config.logins()) {
      DatabaseProxyConfig.Database database = Objects.requireNonNull(byName.get(login.database()));
      Accounts.Key key = new Accounts.Key(login.user(), login.database());
      Account account = account(login, database, before.find(key.user(), key.database()), false);
      account.reads(null);
      now.put(key, account);
      clusters.watch(login.database(), role(login, database));
      if (database.servers().size() > 1) {
        String name = database.name() + DatabaseProxyConfig.Database.READ_ONLY;
        Account reads = account(login, database, before.find(key.user(), name), true);
        now.put(new Accounts.Key(login.user(), name), reads);
        account.reads(database.replicas().transactions() ? reads.pool() : null);
      }
    }
    return now;
  }

  private Account account(
      DatabaseProxyConfig.Login login,
      DatabaseProxyConfig.Database database,
      @Nullable Account before,
      boolean reads) {
    Upstream role = role(login, database);
    Segment.Login who = new Segment.Login(login.database(), login.user(), login.service());
    if (before == null
        || before.guest()
        || !before.login().equals(who)
        || before.proof() != login.proof()) {
      return new Account(
          who,
          login.password(),
          login.password().keys(),
          pool(who, reads, login.pool(), role),
          login.proof());
    }
    if (!before.pool().leadsAs(role)) {
      before.forgetWelcomes();
    }
    before.pool().configure(login.pool(), role);
    if (before.password().equals(login.password())) {
      return before;
    }
    return before.withPassword(login.password(), login.password().keys());
  }

  private static Upstream role(
      DatabaseProxyConfig.Login login, DatabaseProxyConfig.Database database) {
    DatabaseProxyConfig.Server first = database.servers().getFirst();
    return new Upstream(
        first.host(),
        first.port(),
        database.dbname(),
        login.upstreamUser(),
        login.upstreamPassword(),
        database.tls());
  }

  private Pool pool(
      Segment.Login who, boolean reads, DatabaseProxyConfig.Pool limits, Upstream role) {
    Pool pool = new Pool(who, clusters.get(who.database()), reads, limits, role);
    List<PoolShard> shards = new ArrayList<>();
    for (EventLoop loop : loops.all()) {
      shards.add(new PoolShard(pool, loop, recorders.get(shards.size()), connector));
    }
    pool.shards(shards);
    return pool;
  }

  // ---- guests

  private void openFor(Map<String, DatabaseProxyConfig.Database> byName) {
    Map<String, Open> before = open;
    Map<String, Open> now = new HashMap<>();
    byName.forEach(
        (name, database) -> {
          DatabaseProxyConfig.Guests guests = database.guests();
          Open old = before.get(name);
          if (guests != null) {
            Open next =
                old != null && old.database().equals(database)
                    ? old
                    : new Open(database, guests, lookUp(database, guests), false);
            now.put(name, next);
            if (database.servers().size() > 1) {
              now.put(name + DatabaseProxyConfig.Database.READ_ONLY, next.forReading());
            }
          }
        });
    open = Map.copyOf(now);
    before.forEach(
        (name, old) -> {
          if (!old.reads() && !old.equals(now.get(name))) {
            old.lookUp().close();
          }
        });
  }

  private LookUp lookUp(DatabaseProxyConfig.Database database, DatabaseProxyConfig.Guests guests) {
    DatabaseProxyConfig.Server first = database.servers().getFirst();
    Upstream asker =
        new Upstream(
            first.host(),
            first.port(),
            database.dbname(),
            guests.user(),
            guests.password(),
            database.tls());
    Cluster cluster = clusters.get(database.name());
    EventLoop loop = loops.all().get(Math.floorMod(database.name().hashCode(), loops.all().size()));
    return new LookUp(
        guests.query(),
        () -> {
          Member primary = cluster.primary();
          return primary == null
              ? asker
              : asker.at(primary.server().host(), primary.server().port());
        },
        loop,
        connector);
  }

  @Override
  public boolean welcome(String database) {
    return open.containsKey(database);
  }

  @Override
  public void find(String database, String user, Consumer<LookUp.Answer> then) {
    Open asked = open.get(database);
    if (asked == null) {
      then.accept(new LookUp.Answer(null, ""));
    } else {
      asked.lookUp().find(user, then);
    }
  }

  @Override
  public void forget(String database, String user) {
    Open asked = open.get(database);
    if (asked != null) {
      asked.lookUp().forget(user);
    }
  }

  @Override
  public @Nullable Account enter(String database, String user, ScramKeys keys) {
    synchronized (lock) {
      Open at = open.get(database);
      Account before = accounts.find(user, database);
      if (at == null || (before != null && !before.guest())) {
        return before;
      }
      Upstream role = guestRole(at, user, keys);
      Map<Accounts.Key, Account> now = new LinkedHashMap<>(accounts.byUserAndDatabase());
      if (before != null) {
        if (before.pool().leadsAs(role)) {
          return before;
        }
        configure(before, at, role);
      } else if (!roomFor(database, at.guests().most(), now)) {
        return null;
      }
      Segment.Login who = new Segment.Login(at.database().name(), user, null);
      Account guest =
          before == null
              ? Account.guest(who, keys, pool(who, at.reads(), at.guests().pool(), role))
              : before.withPassword(before.password(), keys);
      now.put(new Accounts.Key(user, database), guest);
      accounts = accounts(now);
      return guest;
    }
  }

  private static Upstream guestRole(Open at, String user, ScramKeys keys) {
    DatabaseProxyConfig.Server first = at.database().servers().getFirst();
    return Upstream.proven(
        first.host(), first.port(), at.database().dbname(), user, keys, at.database().tls());
  }

  private static void configure(Account guest, Open at, Upstream role) {
    if (!guest.pool().leadsAs(role)) {
      guest.forgetWelcomes();
    }
    guest.pool().configure(at.guests().pool(), role);
  }

  /** Forgets the guest who came first of those that have left, when there are as many as may be. */
  private boolean roomFor(String database, int most, Map<Accounts.Key, Account> all) {
    List<Map.Entry<Accounts.Key, Account>> guests =
        all.entrySet().stream()
            .filter(e -> e.getValue().guest() && e.getKey().database().equals(database))
            .toList();
    if (guests.size() < most) {
      return true;
    }
    for (Map.Entry<Accounts.Key, Account> each : guests) {
      if (each.getValue().clients().get() == 0) {
        Account left = each.getValue();
        left.remove();
        left.pool().close();
        left.pool().shards().forEach(shard -> shard.loop().execute(shard::close));
        all.remove(each.getKey());
        return true;
      }
    }
    return false;
  }

  /** Looks nobody up any more. */
  void close() {
    open.values().forEach(each -> each.lookUp().close());
  }
}
