package io.mamparo.dbproxy;

import io.mamparo.dbproxy.admin.AdminDoor;
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
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.server.Keeper;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.tell.Recorder;
import io.mamparo.kernel.Clock;
import io.mamparo.wire.net.Loops;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A running database proxy: clients log in by SCRAM-SHA-256 and share server connections by
 * transaction. Safe for use by several threads; its methods block for milliseconds and must not be
 * called on an event loop.
 */
public final class DatabaseProxy implements AutoCloseable {
  private static final int TICK_MS = 100;
  private static final int NAMES_SECONDS = 5;

  private final Loops loops;
  private final Clock clock;
  private final QueryPath path;
  private final List<Recorder> recorders = new ArrayList<>();
  private final Map<EventLoop, Desk> desks = new HashMap<>();
  private final Clusters clusters;
  private final List<Future<?>> ticking = new ArrayList<>();
  private final Cancels cancels = new Cancels();
  private final Throttle throttle = new Throttle();
  private final Door door;
  private final AdminDoor admin;
  private final List<Channel> listeners;
  private final Roster roster;
  private volatile Security security;
  private volatile DatabaseProxyConfig applied;
  private volatile int maxPrepared;
  private boolean closed;

  private DatabaseProxy(
      Loops loops,
      DatabaseProxyConfig config,
      Clock clock,
      ProxyListener listener,
      AdminOffice office) {
    this.loops = loops;
    this.clock = clock;
    this.applied = config;
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
    clusters =
        new Clusters(
            loops.all(), clock, listener, (keeper, to, on) -> path.connect(keeper, to, on, 1));
    roster = new Roster(loops, clusters, recorders, this::connect);
    door = new Door(config.limits().clients(), config.limits().loginTimeout().toNanos());
    admin = new AdminDoor(new AdminEngine(this, office));
    apply(config);
    House house =
        new House(
            roster::accounts,
            cancels,
            new Strangers(),
            door,
            () -> security,
            throttle,
            listener,
            admin,
            roster);
    listeners = loops.listen(config.listen(), path.client(house, this::desk));
    ticking.add(
        loops
            .all()
            .getFirst()
            .scheduleWithFixedDelay(clusters::tick, TICK_MS, TICK_MS, TimeUnit.MILLISECONDS));
    ticking.add(
        loops
            .all()
            .getFirst()
            .scheduleWithFixedDelay(clusters::lookUpNames, 0, NAMES_SECONDS, TimeUnit.SECONDS));
    desks.forEach(
        (loop, desk) ->
            ticking.add(loop.scheduleWithFixedDelay(desk::remind, 1, 1, TimeUnit.SECONDS)));
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
    return start(loops, config, clock, listener, AdminOffice.NONE);
  }

  /**
   * As above, with an admin database that can ask the program around.
   *
   * @throws io.mamparo.kernel.Problem when the address cannot be listened on
   */
  public static DatabaseProxy start(
      Loops loops,
      DatabaseProxyConfig config,
      Clock clock,
      ProxyListener listener,
      AdminOffice office) {
    return new DatabaseProxy(loops, config, clock, listener, office);
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
    applied = config;
    maxPrepared = config.limits().preparedPerServer();
    admin.configure(config.admins());
    door.configure(config.limits().clients(), config.limits().loginTimeout().toNanos());
    clusters.configure(config.databases());
    roster.apply(config).forEach(this::remove);
  }

  private void connect(Keeper keeper, Upstream to, EventLoop on) {
    path.connect(keeper, to, on, maxPrepared);
  }

  private void remove(Account account) {
    account.remove();
    account.pool().close();
    onEachLoop(
        (index, desk) -> {
          for (Session session : desk.sessions()) {
            // Not the account: it is another object since its password has changed.
            if (session.account().pool() == account.pool()) {
              session.dismissWhenIdle();
            }
          }
          account.pool().shards().get(index).close();
        });
  }

  /** Runs a task on each loop and waits for all, at most five seconds. */
  private void onEachLoop(Observation.LoopTask task) {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < loops.all().size(); i++) {
      int index = i;
      EventLoop loop = loops.all().get(i);
      Desk desk = desk(loop);
      if (loop.isShuttingDown()) {
        continue;
      }
      running.add(loop.submit(() -> task.run(index, desk)));
    }
    for (Future<?> one : running) {
      try {
        one.get(5, TimeUnit.SECONDS);
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
    return new Observation(roster.accounts(), clusters.all(), door, this::onEachLoop).take();
  }

  // ---- orders of the administrator

  /**
   * Lends no server connection of a database any more; transactions that want one wait until {@link
   * #resume}, for as long as that takes. Waits until those under way have ended, or until then.
   *
   * @param atMost how long to wait; the database is paused all the same afterwards
   * @return how many connections are still lent
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public int pause(String database, Duration atMost) {
    Cluster cluster = clusters.get(database);
    cluster.pause();
    return cluster.drain(atMost.toNanos());
  }

  Clusters clusters() {
    return clusters;
  }

  /**
   * Goes on after {@link #pause} or {@link #kill}; does nothing when it was not paused.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public void resume(String database) {
    clusters.get(database).resume();
  }

  /**
   * Replaces a database's server connections: free ones at once, lent ones when their transactions
   * have ended.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public void reconnect(String database) {
    clusters.get(database).reconnect();
  }

  /**
   * Closes all client and server connections of a database at once and pauses it: clients that come
   * back wait until {@link #resume}.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public void kill(String database) {
    Cluster cluster = clusters.get(database);
    cluster.pause();
    List<Account> there =
        roster.accounts().all().stream()
            .filter(account -> account.pool().cluster() == cluster)
            .toList();
    onEachLoop(
        (index, desk) -> {
          for (Session session : desk.sessions()) {
            if (session.account().pool().cluster() == cluster) {
              session.dismiss();
            }
          }
          there.forEach(account -> account.pool().shards().get(index).abort());
        });
  }

  /**
   * Makes a replica the primary, with the clients held meanwhile: waits until no transaction is
   * open and the replica has everything, has it promoted, and goes on when it is found.
   *
   * @param wanted the replica's address; null for the one that is least behind
   * @param atMost for the open transactions to end, and then for the promotion
   * @param stop stops the former primary, if somebody can; called with its address when it has
   *     nothing to do any more
   * @return the address of the new primary
   * @throws io.mamparo.kernel.Problem when it cannot be; the former primary goes on then, unless it
   *     was stopped
   */
  public String switchOver(
      String database, @Nullable String wanted, Duration atMost, Consumer<String> stop) {
    return clusters.switchOver(database, wanted, atMost, stop);
  }

  /**
   * Refuses new clients of a database (57P03); those that are in stay.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public void disable(String database) {
    clusters.get(database).disabled(true);
  }

  /**
   * Lets new clients in again after {@link #disable}.
   *
   * @throws io.mamparo.kernel.Problem when there is no database of that name
   */
  public void enable(String database) {
    clusters.get(database).disabled(false);
  }

  /** Who holds what now: each client and each server connection. */
  public ProxyHolders holders() {
    return new HolderSurvey(roster.accounts(), loops.all(), this::desk, clock).take();
  }

  /** What has passed through each login. */
  public List<ProxyTotals> totals() {
    return new TotalSurvey(roster.accounts(), clock.nanos()).take(this::onEachLoop);
  }

  /**
   * Ends one client at once (57P01).
   *
   * @param client its {@link ProxyHolders.Client#id}
   * @return whether there was one
   */
  public boolean dismiss(int client) {
    java.util.concurrent.atomic.AtomicBoolean found =
        new java.util.concurrent.atomic.AtomicBoolean();
    onEachLoop(
        (index, desk) -> {
          for (Session session : desk.sessions()) {
            if (session.id() == client) {
              session.dismiss();
              found.set(true);
            }
          }
        });
    return found.get();
  }

  DatabaseProxyConfig config() {
    return applied;
  }

  Door door() {
    return door;
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
    ticking.forEach(task -> task.cancel(false));
    clusters.close();
    roster.close();
    listeners.forEach(channel -> channel.close().awaitUninterruptibly(1_000));
    admin.close();
    roster.accounts().all().forEach(Account::remove);
    onEachLoop((index, desk) -> desk.sessions().forEach(Session::dismissWhenIdle));
    long end = System.nanoTime() + drain.toNanos();
    while (System.nanoTime() < end && anySession()) {
      LockSupport.parkNanos(10_000_000);
    }
    onEachLoop((index, desk) -> desk.sessions().forEach(Session::dismiss));
    Accounts last = roster.accounts();
    last.all().forEach(account -> account.pool().close());
    onEachLoop(
        (index, desk) ->
            last.all()
                .forEach(
                    account -> {
                      account.pool().shards().get(index).close();
                      account.pool().shards().get(index).abort();
                    }));
  }

  private Desk desk(EventLoop loop) {
    return Objects.requireNonNull(desks.get(loop));
  }

  private boolean anySession() {
    return roster.accounts().all().stream().collect(Collectors.summingInt(a -> a.clients().get()))
        > 0;
  }

  /** Closes at once. */
  @Override
  public void close() {
    close(Duration.ZERO);
  }
}
