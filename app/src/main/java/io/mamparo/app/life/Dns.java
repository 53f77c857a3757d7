package io.mamparo.app.life;

import io.mamparo.app.life.EndpointNames.Answer;
import io.mamparo.app.life.EndpointNames.Place;
import io.mamparo.model.Address;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.resolver.HostsFileEntriesResolver;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.NoopDnsCache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks name servers: addresses (A, AAAA) and services (SRV, RFC 2782), and heeds how long answers
 * hold. What the hosts file says comes first, and holds for five seconds. Safe for use by several
 * threads, which block.
 */
final class Dns implements EndpointNames.Lookup {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration HOSTS_FILE = Duration.ofSeconds(5);
  private static final int SRV_FIXED = 6;

  private final EventLoopGroup group =
      new MultiThreadIoEventLoopGroup(
          1, Thread.ofPlatform().name("dns").daemon().factory(), NioIoHandler.newFactory());
  private final DnsNameResolver resolver;

  Dns(DnsServerAddressStreamProvider servers) {
    resolver =
        new DnsNameResolverBuilder(group.next())
            .datagramChannelType(NioDatagramChannel.class)
            .socketChannelType(NioSocketChannel.class)
            .nameServerProvider(servers)
            .resolveCache(NoopDnsCache.INSTANCE)
            .queryTimeoutMillis(2_000)
            .maxQueriesPerResolve(8)
            .build();
  }

  @Override
  public Answer find(Address name, boolean service) throws IOException, InterruptedException {
    return service ? services(name) : addresses(name.host(), name.port(), 1, 0);
  }

  private Answer addresses(String host, int port, int weight, int priority)
      throws IOException, InterruptedException {
    InetAddress own =
        HostsFileEntriesResolver.DEFAULT.address(host, ResolvedAddressTypes.IPV4_PREFERRED);
    if (own != null) {
      return new Answer(
          List.of(new Place(new Address(own.getHostAddress(), port), weight, priority)),
          HOSTS_FILE);
    }
    List<Place> places = new ArrayList<>();
    Duration ttl = Duration.ofDays(1);
    IOException last = null;
    for (DnsRecordType type : List.of(DnsRecordType.A, DnsRecordType.AAAA)) {
      try {
        for (Raw raw : ask(host, type)) {
          String address = InetAddress.getByAddress(raw.data()).getHostAddress();
          places.add(new Place(new Address(address, port), weight, priority));
          ttl = shorter(ttl, raw.ttl());
        }
      } catch (IOException e) {
        last = e;
      }
    }
    if (places.isEmpty()) {
      throw last != null ? last : new UnknownHostException(host);
    }
    return new Answer(places, ttl);
  }

  private Answer services(Address name) throws IOException, InterruptedException {
    List<Place> places = new ArrayList<>();
    Duration ttl = Duration.ofDays(1);
    for (Raw raw : ask(name.host(), DnsRecordType.SRV)) {
      Target target = Target.of(raw.data());
      Answer behind =
          addresses(target.host(), target.port(), Math.max(1, target.weight()), target.priority());
      places.addAll(behind.places());
      ttl = shorter(shorter(ttl, raw.ttl()), behind.ttl());
    }
    if (places.isEmpty()) {
      throw new UnknownHostException(name.host());
    }
    return new Answer(lowestFirst(places), ttl);
  }

  /** Priorities are counted from 0 without gaps, as the mesh takes them. */
  private static List<Place> lowestFirst(List<Place> places) {
    List<Integer> levels = places.stream().map(Place::priority).distinct().sorted().toList();
    return places.stream()
        .map(p -> new Place(p.address(), p.weight(), Math.min(15, levels.indexOf(p.priority()))))
        .toList();
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Raw(byte[] data, Duration ttl) {}

  private List<Raw> ask(String name, DnsRecordType type) throws IOException, InterruptedException {
    String full = name.endsWith(".") ? name : name + ".";
    List<DnsRecord> records;
    try {
      records =
          resolver
              .resolveAll(new DefaultDnsQuestion(full, type))
              .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException(
          name
              + " "
              + type.name()
              + ": "
              + (e.getCause() == null ? "no answer" : e.getCause().getMessage()),
          e);
    }
    List<Raw> raws = new ArrayList<>();
    for (DnsRecord record : records) {
      try {
        if (record instanceof DnsRawRecord raw && record.type().equals(type)) {
          ByteBuf content = raw.content();
          byte[] data = new byte[content.readableBytes()];
          content.getBytes(content.readerIndex(), data);
          raws.add(new Raw(data, Duration.ofSeconds(Math.max(0, record.timeToLive()))));
        }
      } finally {
        io.netty.util.ReferenceCountUtil.release(record);
      }
    }
    return raws;
  }

  /** The content of an SRV record. */
  private record Target(int priority, int weight, int port, String host) {
    static Target of(byte[] data) throws IOException {
      if (data.length < SRV_FIXED + 1) {
        throw new IOException("an SRV record is too short");
      }
      ByteBuf in = io.netty.buffer.Unpooled.wrappedBuffer(data);
      int priority = in.readUnsignedShort();
      int weight = in.readUnsignedShort();
      int port = in.readUnsignedShort();
      String host = DefaultDnsRecordDecoder.decodeName(in);
      return new Target(
          priority, weight, port, host.endsWith(".") ? host.substring(0, host.length() - 1) : host);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // Its one thread is a daemon.
  public void close() {
    resolver.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
  }
}
