package io.mamparo.mesh.accept;

import io.mamparo.mesh.ListenerLimit;
import io.mamparo.wire.tls.ServerTls;
import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** An open listener. Shared by all loops. */
public final class Door {
  private final String id;
  private final int slot;
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder turnedAway = new LongAdder();
  private final Map<ListenerLimit, LongAdder> limited = new EnumMap<>(ListenerLimit.class);
  private volatile List<Channel> sockets = List.of();
  private volatile @Nullable ServerTls tls;
  private volatile boolean plain = true;

  /**
   * A door that is not open yet.
   *
   * @param slot where plans have what belongs to it
   */
  public Door(String id, int slot) {
    this.id = id;
    this.slot = slot;
    for (ListenerLimit limit : ListenerLimit.values()) {
      limited.put(limit, new LongAdder());
    }
  }

  public String id() {
    return id;
  }

  public int slot() {
    return slot;
  }

  /** How connections are encrypted from now on. */
  public void encrypt(@Nullable ServerTls with, boolean alsoPlain) {
    plain = alsoPlain;
    tls = with;
  }

  /** Prepares a connection that has just come in; says whether it may be encrypted. */
  public boolean receive(Channel channel) {
    ServerTls with = tls;
    if (with != null) {
      channel.pipeline().addLast(new FirstByte(with, plain));
    }
    return with != null;
  }

  /** It listens now. */
  public void opened(List<Channel> on) {
    sockets = List.copyOf(on);
  }

  /** Stops listening; those who are in stay. */
  public void shut() {
    sockets.forEach(socket -> socket.close().syncUninterruptibly());
  }

  /** The port it listens on. */
  public int port() {
    return ((InetSocketAddress) sockets.getFirst().localAddress()).getPort();
  }

  /** Lets a client in unless there are {@code most} already. */
  public boolean enter(int most) {
    if (connections.incrementAndGet() <= most) {
      return true;
    }
    connections.decrementAndGet();
    turnedAway.increment();
    return false;
  }

  /** A client that was let in has left. */
  public void leave() {
    connections.decrementAndGet();
  }

  /** How many clients are in. */
  public int connections() {
    return connections.get();
  }

  /** How many were turned away since the beginning. */
  public long turnedAway() {
    return turnedAway.sum();
  }

  /** A client has run into a limit. */
  public void limited(ListenerLimit limit) {
    Objects.requireNonNull(limited.get(limit)).increment();
  }

  /** How often clients ran into each limit since the beginning. */
  public Map<ListenerLimit, Long> limited() {
    Map<ListenerLimit, Long> sums = new EnumMap<>(ListenerLimit.class);
    limited.forEach((limit, times) -> sums.put(limit, times.sum()));
    return sums;
  }
}
