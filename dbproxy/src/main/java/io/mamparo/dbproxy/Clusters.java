package io.mamparo.dbproxy;

import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Server;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Health;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.dbproxy.pool.PoolShard.Connector;
import io.mamparo.dbproxy.server.Upstream;
import io.mamparo.dbproxy.watch.Watch;
import io.mamparo.kernel.Clock;
import io.mamparo.kernel.Problem;
import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The databases of a proxy by name, with their servers. Safe for use by several threads. */
final class Clusters {
  private final List<EventLoop> loops;
  private final Clock clock;
  private final ProxyListener listener;
  private final Connector connector;
  private final Map<String, Cluster> all = new ConcurrentHashMap<>();
  private final Names names = new Names(Names::resolve);
  private final Map<String, Watch> watches = new ConcurrentHashMap<>();

  Clusters(List<EventLoop> loops, Clock clock, ProxyListener listener, Connector connector) {
    this.loops = loops;
    this.clock = clock;
    this.listener = listener;
    this.connector = connector;
  }

  /** Takes these databases for all there are. Servers that stay keep their breakers. */
  void configure(List<Database> databases) {
    Set<String> names = new HashSet<>();
    for (Database database : databases) {
      names.add(database.name());
      Cluster cluster = all.computeIfAbsent(database.name(), name -> new Cluster(name, clock));
      cluster.configure(
          members(database, cluster.members()), database.connections(), database.replicas());
    }
    all.keySet().retainAll(names);
    watches
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !names.contains(entry.getKey());
              if (gone) {
                entry.getValue().close();
              }
              return gone;
            });
  }

  /** Watches the servers of a database that has several, as this role. */
  void watch(String database, Upstream role) {
    Cluster cluster = get(database);
    Watch before = watches.get(database);
    if (before != null && before.watches(cluster.members(), role)) {
      return;
    }
    if (before != null) {
      before.close();
      watches.remove(database);
    }
    if (cluster.members().size() > 1) {
      EventLoop loop = loops.get(Math.floorMod(database.hashCode(), loops.size()));
      watches.put(database, new Watch(cluster, role, loop, clock, connector, listener));
    }
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
   * @throws Problem when it cannot be; the former primary goes on then, unless it was stopped
   */
  String switchOver(
      String database, @Nullable String wanted, Duration atMost, Consumer<String> stop) {
    Watch watch = watches.get(database);
    Cluster cluster = get(database);
    if (watch == null) {
      throw new Problem("database " + database, "has no replicas", "name several servers in url");
    }
    return new SwitchOver(cluster, watch, clock, atMost).to(wanted, stop);
  }

  void close() {
    watches.values().forEach(Watch::close);
  }

  private List<Member> members(Database database, List<Member> before) {
    List<Member> members = new ArrayList<>();
    for (Server server : database.servers()) {
      Member known =
          before.stream().filter(m -> m.server().equals(server)).findFirst().orElse(null);
      Member member = known != null ? known : new Member(server, health(database));
      member.health().configure(database.breaker(), clock.nanos());
      members.add(member);
    }
    return members;
  }

  private Health health(Database database) {
    return new Health(database.name(), database.breaker(), loops.size(), listener, clock.nanos());
  }

  Collection<Cluster> all() {
    return all.values();
  }

  /**
   * The one of this name.
   *
   * @throws Problem when there is none
   */
  Cluster get(String name) {
    Cluster cluster = all.get(name);
    if (cluster == null) {
      throw new Problem("database " + name, "there is none of that name", "see mamparo status");
    }
    return cluster;
  }

  /** Looks whether servers' names mean other addresses; each few seconds. */
  void lookUpNames() {
    names.look(all.values());
  }

  /** Shares out connections; ten times a second. */
  void tick() {
    all.values().forEach(Cluster::tick);
  }
}
