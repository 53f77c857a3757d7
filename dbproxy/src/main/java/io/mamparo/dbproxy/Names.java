package io.mamparo.dbproxy;

import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Member;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/**
 * Notices when a server's name means other addresses than before, as after the failover of a
 * managed service: then all connections of its database are replaced, each when its transaction has
 * ended. A name that cannot be looked up changes nothing. Safe for use by several threads.
 */
final class Names {
  private final Function<String, Set<InetAddress>> resolver;
  private final Map<String, Set<InetAddress>> known = new ConcurrentHashMap<>();
  private final AtomicBoolean looking = new AtomicBoolean();

  Names(Function<String, Set<InetAddress>> resolver) {
    this.resolver = resolver;
  }

  /** Asks the machine's resolver; empty when it does not know. */
  static Set<InetAddress> resolve(String host) {
    try {
      return Set.of(InetAddress.getAllByName(host));
    } catch (UnknownHostException | IllegalArgumentException e) {
      return Set.of();
    }
  }

  /** Looks all names up on a thread of its own, as that blocks; never twice at a time. */
  void look(Iterable<Cluster> clusters) {
    if (looking.compareAndSet(false, true)) {
      Thread.ofVirtual()
          .name("names")
          .start(
              () -> {
                try {
                  lookNow(clusters);
                } finally {
                  looking.set(false);
                }
              });
    }
  }

  void lookNow(Iterable<Cluster> clusters) {
    for (Cluster cluster : clusters) {
      for (Member member : cluster.members()) {
        String host = member.server().host();
        if (NetUtil.createByteArrayFromIpAddressString(host) == null) {
          Set<InetAddress> now = resolver.apply(host);
          Set<InetAddress> before = now.isEmpty() ? null : known.put(host, now);
          if (before != null && Collections.disjoint(before, now)) {
            cluster.reconnect();
          }
        }
      }
    }
  }
}
