package io.mamparo.dbproxy.bench;

import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.ProxyListener;
import io.mamparo.dbproxy.Secret;
import io.mamparo.kernel.Clock;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.net.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Starts the proxy for database, user and password {@code bench} with 20 server connections, and
 * runs until it is killed.
 *
 * <p>Arguments: port to listen on, port of the server, transport (EPOLL, IO_URING, NIO), loops.
 */
public final class ProxyForBench {
  private ProxyForBench() {}

  /** Runs until killed. */
  public static void main(String[] arguments) throws InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    int upstream = Integer.parseInt(arguments[1]);
    Transport transport = Transport.valueOf(arguments[2]);
    int count = Integer.parseInt(arguments[3]);
    Secret password = Secret.of("bench");
    DatabaseProxyConfig config =
        new DatabaseProxyConfig(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
            List.of(
                new DatabaseProxyConfig.Database(
                    "bench",
                    "127.0.0.1",
                    upstream,
                    "bench",
                    DatabaseProxyConfig.BreakerSettings.DEFAULT)),
            List.of(
                new DatabaseProxyConfig.Login(
                    "bench",
                    password,
                    "bench",
                    "bench",
                    password,
                    new DatabaseProxyConfig.Pool(
                        20, Duration.ofSeconds(30), Duration.ofMinutes(10), Duration.ofHours(1)),
                    null)),
            DatabaseProxyConfig.Limits.DEFAULT);
    Loops loops = Loops.of(transport, count);
    DatabaseProxy proxy = DatabaseProxy.start(loops, config, Clock.system(), ProxyListener.NONE);
    System.out.println("listening on " + proxy.address());
    Thread.currentThread().join();
  }
}
