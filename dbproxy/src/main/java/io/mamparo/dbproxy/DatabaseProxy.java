package io.mamparo.dbproxy;

import io.mamparo.dbproxy.client.Account;
import io.mamparo.dbproxy.client.Accounts;
import io.mamparo.dbproxy.client.Cancels;
import io.mamparo.dbproxy.client.Desk;
import io.mamparo.dbproxy.client.Door;
import io.mamparo.dbproxy.client.House;
import io.mamparo.dbproxy.client.Session;
import io.mamparo.dbproxy.client.Strangers;
import io.mamparo.dbproxy.client.Throttle;
import io.mamparo.dbproxy.intern.FingerprintTable;
import io.mamparo.dbproxy.intern.Texts;
import io.mamparo.dbproxy.pool.Health;
import io.mamparo.dbproxy.pool.Pool;
import io.mamparo.dbproxy.pool.PoolShard;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Recorder;
import io.mamparo.dbproxy.tell.Segment;
import io.mamparo.kernel.Clock;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.pg.ScramKeys;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A running database proxy: clients log in by SCRAM-SHA-256 and share server connections by
 * transaction. Safe for use by several threads; its methods block for milliseconds and must not be
 * called on an event loop.
 */
public final class DatabaseProxy implements AutoCloseable {
  private final Loops loops;
  private final Clock clock;
  private final ProxyListener listener;
  private final QueryPath path;
  private final List<Recorder> recorders = new ArrayList<>();
  private final Map<EventLoop, Desk> desks = new HashMap<>();
  private final Map<String, Health> databases = new HashMap<>();
  private final Cancels cancels = new Cancels();
  private final Throttle throttle = new Throttle();
  private final Door door;
  private final List<Channel> listeners;
  private volatile Accounts accounts = Accounts.NONE;
  private volatile Security security;
  private volatile int maxPrepared;
  private boolean closed;

  private DatabaseProxy(
      Loops loops, DatabaseProxyConfig config, Clock clock, ProxyListener listener) {
    this.loops = loops;
    this.clock = clock;
    this.listener = listener;
    this.path = new QueryPath(loops);
    FingerprintTable fingerprints = new FingerprintTable(config.limits().fingerprints());
    long seed = new SecureRandom().nextLong();
    for (EventLoop loop : loops.all()) {
      int index = recorders.size();
      Recorder recorder = new Recorder(index, clock, listener);
      recorders.add(recorder);
      desks.put(loop, new Desk(loop, recorder, new Texts(index, fingerprints, seed), path::cancel));
    }
    security = config.security();
    door = new Door(config.limits().clients(), config.limits().loginTimeout().toNanos());
    apply(config);
    House house =
        new House(
            () -> accounts, cancels, new Strangers(), door, () -> security, throttle, listener);
    listeners = loops.listen(config.listen(), path.client(house, this::desk));
  }

  /**
   * Starts to listen.
   *
   * @param loops the event loops to run on; they stay the caller's
   * @param listener told of everything, on the loops
   * @throws io.mamparo.kernel.Problem when the address cannot be listened on
   */
  public static DatabaseProxy start(
      Loops loops, DatabaseProxyConfig config, Clock clock, ProxyListener listener) {
    return new DatabaseProxy(loops, config, clock, listener);
  }

  /** Where it listens; with the port that was picked when port 0 was asked for. */
  public InetSocketAddress address() {
    return (InetSocketAddress) listeners.getFirst().localAddress();
  }

  /**
   * Takes a new configuration: listeners stay where they are, pools are resized, clients of removed
   * logins are told to go (57P01) when their transaction ends. Texts already told apart stay so.
   */
  public synchronized void apply(DatabaseProxyConfig config) {
    if (closed) {
      return;
    }
    security = config.security();
    maxPrepared = config.limits().preparedPerServer();
    door.configure(config.limits().clients(), config.limits().loginTimeout().toNanos());
    Map<String, DatabaseProxyConfig.Database> byName = new HashMap<>();
    for (DatabaseProxyConfig.Database database : config.databases()) {
      byName.put(database.name(), database);
      databases
          .computeIfAbsent(database.name(), name -> health(database))
          .configure(database.breaker(), clock.nanos());
    }
    Accounts before = accounts;
    Map<Accounts.Key, Account> now = new LinkedHashMap<>();
    for (DatabaseProxyConfig.Login login : config.logins()) {
      DatabaseProxyConfig.Database database =
          java.util.Objects.requireNonNull(byName.get(login.database()));
      now.put(
          new Accounts.Key(login.user(), login.database()),
          account(login, database, before.find(login.user(), login.database())));
    }
    accounts = new Accounts(now, byName.keySet());
    databases.keySet().retainAll(byName.keySet());
    for (Account old : before.all()) {
      Account kept = now.get(new Accounts.Key(old.login().user(), old.login().database()));
      if (kept == null || kept.pool() != old.pool()) {
        remove(old);
      }
    }
  }

  private Health health(DatabaseProxyConfig.Database database) {
    return new Health(
        database.name(), database.breaker(), loops.all().size(), listener, clock.nanos());
  }

  private Account account(
      DatabaseProxyConfig.Login login,
      DatabaseProxyConfig.Database database,
      @org.jspecify.annotations.Nullable Account before) {
    Upstream upstream =
        new Upstream(
            database.host(),
            database.port(),
            database.dbname(),
            login.upstreamUser(),
            login.upstreamPassword(),
            database.tls());
    Segment.Login who = new Segment.Login(login.database(), login.user(), login.service());
    if (before == null || !before.login().equals(who) || before.proof() != login.proof()) {
      return new Account(
          who, login.password(), keys(login), pool(who, login.pool(), upstream), login.proof());
    }
    if (!before.pool().upstream().same(upstream)) {
      before.forgetWelcomes();
    }
    before.pool().configure(login.pool(), upstream);
    if (before.password().equals(login.password())) {
      return before;
    }
    return before.withPassword(login.password(), keys(login));
  }

  private static ScramKeys keys(DatabaseProxyConfig.Login login) {
    byte[] salt = new byte[16];
    new SecureRandom().nextBytes(salt);
    char[] password = login.password().reveal();
    ScramKeys keys = ScramKeys.derive(password, salt, ScramKeys.ITERATIONS);
    Arrays.fill(password, '\0');
    return keys;
  }

  private Pool pool(Segment.Login who, DatabaseProxyConfig.Pool limits, Upstream upstream) {
    Health health = java.util.Objects.requireNonNull(databases.get(who.database()));
    Pool pool = new Pool(who, health, limits, upstream);
    List<PoolShard> shards = new ArrayList<>();
    for (EventLoop loop : loops.all()) {
      shards.add(
          new PoolShard(
              pool,
              loop,
              recorders.get(shards.size()),
              (shard, on) -> path.connect(shard, on, maxPrepared)));
    }
    pool.shards(shards);
    return pool;
  }

  private void remove(Account account) {
    account.remove();
    account.pool().close();
    onEachLoop(
        (index, desk) -> {
          for (Session session : desk.sessions()) {
            if (session.account() == account) {
              session.dismissWhenIdle();
            }
          }
          account.pool().shards().get(index).close();
        });
  }

  /** Runs a task on each loop and waits for all, at most five seconds. */
  private void onEachLoop(Observation.LoopTask task) {
    List<java.util.concurrent.Future<?>> running = new ArrayList<>();
    for (int i = 0; i < loops.all().size(); i++) {
      int index = i;
      EventLoop loop = loops.all().get(i);
      Desk desk = desk(loop);
      if (loop.isShuttingDown()) {
        continue;
      }
      running.add(loop.submit(() -> task.run(index, desk)));
    }
    for (java.util.concurrent.Future<?> one : running) {
      try {
        one.get(5, java.util.concurrent.TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
        System.getLogger(DatabaseProxy.class.getName())
            .log(System.Logger.Level.WARNING, "a task on an event loop failed", e);
      }
    }
  }

  /** What it looks like now. */
  public ProxySnapshot observe() {
    return new Observation(accounts, door, this::onEachLoop).take();
  }

  /**
   * Stops to listen, lets transactions end for at most {@code drain}, then closes everything.
   *
   * @param drain zero to close at once
   */
  public void close(Duration drain) {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    listeners.forEach(channel -> channel.close().awaitUninterruptibly(1_000));
    accounts.all().forEach(Account::remove);
    onEachLoop((index, desk) -> desk.sessions().forEach(Session::dismissWhenIdle));
    long end = System.nanoTime() + drain.toNanos();
    while (System.nanoTime() < end && anySession()) {
      java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }
    onEachLoop((index, desk) -> desk.sessions().forEach(Session::dismiss));
    Accounts last = accounts;
    last.all().forEach(account -> account.pool().close());
    onEachLoop(
        (index, desk) -> last.all().forEach(account -> account.pool().shards().get(index).abort()));
  }

  private Desk desk(EventLoop loop) {
    return java.util.Objects.requireNonNull(desks.get(loop));
  }

  private boolean anySession() {
    return accounts.all().stream().collect(Collectors.summingInt(a -> a.clients().get())) > 0;
  }

  /** Closes at once. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
