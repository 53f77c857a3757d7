package io.mamparo.dbproxy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Replicas;
import io.mamparo.dbproxy.DatabaseProxyConfig.Server;
import io.mamparo.dbproxy.pool.Cluster;
import io.mamparo.dbproxy.pool.Health;
import io.mamparo.dbproxy.pool.Member;
import io.mamparo.testkit.VirtualClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NamesTest {
  private final VirtualClock clock = new VirtualClock();
  private final Map<String, Set<InetAddress>> addresses = new HashMap<>();
  private final Names names = new Names(host -> addresses.getOrDefault(host, Set.of()));
  private final Cluster cluster = new Cluster("db", clock);

  private static Set<InetAddress> set(String... all) throws UnknownHostException {
    InetAddress[] set = new InetAddress[all.length];
    for (int i = 0; i < all.length; i++) {
      set[i] = InetAddress.getByName(all[i]);
    }
    return Set.of(set);
  }

  private boolean reconnects() {
    long before = cluster.renewedAt();
    clock.advance(Duration.ofSeconds(5));
    names.lookNow(List.of(cluster));
    return cluster.renewedAt() != before;
  }

  @Test
  void aNameThatMovesElsewhere_hasConnectionsReplaced() throws UnknownHostException {
    Health health = new Health("db", BreakerSettings.DEFAULT, 1, ProxyListener.NONE, clock.nanos());
    cluster.configure(
        List.of(new Member(new Server("db.example", 5432), health)), 0, Replicas.DEFAULT);
    addresses.put("db.example", set("10.0.0.1"));
    assertEquals(false, reconnects(), "the first answer");
    addresses.put("db.example", set("10.0.0.1", "10.0.0.2"));
    assertEquals(false, reconnects(), "one address more");
    addresses.remove("db.example");
    assertEquals(false, reconnects(), "no answer");
    addresses.put("db.example", set("10.0.0.3"));
    assertEquals(true, reconnects(), "another address");
    assertEquals(false, reconnects(), "the same again");
  }
}
