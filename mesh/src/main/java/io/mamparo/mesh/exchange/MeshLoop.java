package io.mamparo.mesh.exchange;

import io.mamparo.kernel.Clock;
import io.mamparo.mesh.Faults;
import io.mamparo.mesh.HeadSampler;
import io.mamparo.mesh.RequestListener;
import io.mamparo.mesh.TokenCheck;
import io.mamparo.mesh.accept.Door;
import io.mamparo.mesh.accept.FirstByte;
import io.mamparo.mesh.accept.ReadBuffers;
import io.mamparo.mesh.accept.Timer;
import io.mamparo.mesh.accept.Timers;
import io.mamparo.mesh.defend.Balancer;
import io.mamparo.mesh.defend.EndpointState;
import io.mamparo.mesh.defend.ServicePlan;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http2.LoopBuffers;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What the mesh keeps for one loop. Owned by that loop, so that nothing here needs a lock. */
public final class MeshLoop {
  /** How long a connection that says no more waits for its client to close. */
  static final long LINGER_NANOS = 2_000_000_000L;

  /** What both sides call HTTP/2 when they agree on it (ALPN). */
  private static final String HTTP_2 = "h2";

  private static final long POLL_NANOS = 1_000_000_000L;

  /** Exchanges that are kept for reuse; more than so many at once are left to the collector. */
  private static final int SPARE = 1024;

  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 * 1024, 128 * 1024);

  final int index;
  final EventLoop loop;
  final Clock clock;
  final Timers timers;
  final ByteBufAllocator alloc = PooledByteBufAllocator.DEFAULT;
  final HeadWriter writer = new HeadWriter();
  final SplittableRandom random;
  final RequestListener listener;
  final HeadSampler sampler;
  final Faults faults;
  final Class<? extends SocketChannel> channelType;
  final RequestPath path;
  final Mirror mirror;
  final RequestWriter requests;
  final AnswerWriter answers;
  final LoopBuffers buffers = new LoopBuffers();
  final Set<Client> clients = Collections.newSetFromMap(new IdentityHashMap<>());
  private final ArrayDeque<Exchange> spare = new ArrayDeque<>();
  private final IdentityHashMap<EndpointState, Pool> pools = new IdentityHashMap<>();
  private final Timer poll = new Timer(this::poll);
  private final List<Unsent> unsent = new ArrayList<>();
  private final Runnable flush = this::flushAll;
  Plan plan;
  Balancer[] balancers = {};
  TokenCheck tokens = TokenCheck.NONE;
  boolean closing;
  int active;

  /** The loop-th part of a mesh. */
  public MeshLoop(
      int index,
      EventLoop loop,
      Class<? extends SocketChannel> channelType,
      Clock clock,
      long seed,
      Plan plan,
      RequestListener listener,
      HeadSampler sampler,
      Faults faults) {
    this.index = index;
    this.loop = loop;
    this.channelType = channelType;
    this.clock = clock;
    this.random = new SplittableRandom(seed + index);
    this.plan = plan;
    this.listener = listener;
    this.sampler = sampler;
    this.faults = faults;
    timers = new Timers(loop, clock);
    requests = new RequestWriter(this);
    answers = new AnswerWriter(this);
    path = new RequestPath(this);
    mirror = new Mirror(this);
  }

  /** The loop that it belongs to. */
  public EventLoop eventLoop() {
    return loop;
  }

  /** Follows another plan from the next request on. */
  public void adopt(Plan next) {
    plan = next;
    balancers =
        next.targets.stream().map(t -> new Balancer(t.plan(), index)).toArray(Balancer[]::new);
    pools.forEach(
        (endpoint, pool) -> {
          if (endpoint.removed()) {
            pool.drain();
          }
        });
    pools
        .keySet()
        .removeIf(endpoint -> endpoint.removed() && endpoint.connections().of(index) == 0);
    timers.set(poll, now() + POLL_NANOS);
    List.copyOf(clients).forEach(Client::planChanged);
  }

  /** The plan has changed under a request. */
  void planChanged(@Nullable Exchange x) {
    ServicePlan before = x == null ? null : x.service;
    for (int i = 0; x != null && before != null && i < balancers.length; i++) {
      ServicePlan now = plan.targets.get(i).plan();
      if (now.state == before.state) {
        path.planChanged(x, now, balancers[i]);
        return;
      }
    }
  }

  private void poll(long now) {
    if (index == 0) {
      plan.targets.forEach(target -> target.plan().state.poll(now));
    }
    timers.set(poll, now + POLL_NANOS);
  }

  /** Checks tokens in another way from the next request on. */
  public void check(TokenCheck by) {
    tokens = by;
  }

  /** A client has come in through a door. */
  public void accept(Channel channel, Door door) {
    prepare(channel);
    ClientConnection client = new ClientConnection(this, door);
    if (door.receive(channel)) {
      channel.pipeline().addLast(new AgreedProtocol(client));
    }
    channel.pipeline().addLast(client);
  }

  void prepare(Channel channel) {
    channel
        .config()
        .setAllocator(alloc)
        .setRecvByteBufAllocator(new ReadBuffers())
        .setWriteBufferWaterMark(WATER_MARK);
  }

  long now() {
    return clock.nanos();
  }

  Exchange borrow() {
    active++;
    Exchange x = spare.pollLast();
    return x == null ? new Exchange(this) : x;
  }

  void giveBack(Exchange x) {
    active--;
    x.reset();
    if (spare.size() < SPARE) {
      spare.addLast(x);
    } else {
      timers.remove(x.timer);
      timers.remove(x.pair.timer);
    }
  }

  /** Whether what a handler reads came encrypted. */
  static boolean secure(ChannelHandlerContext ctx) {
    return ctx.pipeline().get(SslHandler.class) != null;
  }

  /** Whether a handshake, which is over, was good and agreed on HTTP/2 (ALPN). */
  static boolean agreedOnHttp2(ChannelHandlerContext ctx) {
    SslHandler encrypted = ctx.pipeline().get(SslHandler.class);
    return encrypted != null && HTTP_2.equals(encrypted.applicationProtocol());
  }

  /** Sends the end of a connection; the timer rings when its client has not closed in time. */
  @SuppressWarnings("FutureReturnValueIgnored") // A failure means that it is closed.
  void linger(Channel channel, Timer timer) {
    FirstByte.endOutput(channel);
    timers.set(timer, now() + LINGER_NANOS);
  }

  /**
   * Closes a connection that says no more, once its client has taken all that was said or has not
   * done so for long enough.
   */
  @SuppressWarnings("FutureReturnValueIgnored") // A failure means that it is closed.
  void closeWhenTaken(Channel channel, Timer timer, long since) {
    ChannelOutboundBuffer rest = channel.unsafe().outboundBuffer();
    boolean taken = rest == null || rest.totalPendingWriteBytes() == 0;
    if (taken || now() - since >= plan.bodyIdleNanos) {
      channel.close();
    } else {
      timers.set(timer, now() + LINGER_NANOS);
    }
  }

  /** Sends what this client was written when the loop has done what it is doing. */
  void flushSoon(Unsent client) {
    if (unsent.isEmpty()) {
      loop.execute(flush);
    }
    unsent.add(client);
  }

  private void flushAll() {
    for (int i = 0; i < unsent.size(); i++) {
      unsent.get(i).flushNow();
    }
    unsent.clear();
  }

  Pool pool(EndpointState endpoint) {
    Pool pool = pools.get(endpoint);
    if (pool == null) {
      pool = new Pool(this, endpoint);
      pools.put(endpoint, pool);
    }
    return pool;
  }

  /** Lets requests under way end, and nothing else begin on the connections they use. */
  public void drain() {
    closing = true;
    List.copyOf(clients).forEach(Client::drain);
  }

  /** Requests under way. */
  public int active() {
    return active;
  }

  /** Closes every connection. */
  public void closeAll() {
    closing = true;
    List.copyOf(clients).forEach(Client::abortAll);
    pools.values().forEach(Pool::drain);
    timers.remove(poll);
  }
}
