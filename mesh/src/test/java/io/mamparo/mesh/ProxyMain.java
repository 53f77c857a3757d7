package io.mamparo.mesh;

import io.mamparo.kernel.Clock;
import io.mamparo.wire.net.Loops;
import io.mamparo.wire.net.Transport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The mesh as a plain reverse proxy with everything at its defaults, for measurements beside other
 * proxies.
 *
 * <pre>ProxyMain PORT UPSTREAM_PORT [epoll|io_uring|nio] [LOOPS] [h2c]</pre>
 */
final class ProxyMain {
  private ProxyMain() {}

  public static void main(String[] args) throws InterruptedException {
    String transport = args.length > 2 ? args[2] : "epoll";
    int count = args.length > 3 ? Integer.parseInt(args[3]) : 2;
    Loops loops = Loops.of(Transport.valueOf(transport.toUpperCase(Locale.ROOT)), count);
    int upstream = Integer.parseInt(args[1]);
    MeshConfig config =
        new MeshConfig(
            List.of(
                new MeshConfig.Listener(
                    "ingress",
                    new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), Integer.parseInt(args[0])),
                    new MeshConfig.Kind.Ingress())),
            List.of(
                MeshConfig.Service.of(
                        "upstream",
                        List.of(new MeshConfig.Endpoint("0", "127.0.0.1", upstream, true, 1, null)))
                    .withHttp2(args.length > 4)),
            List.of(
                new MeshConfig.Route(
                    "all", null, "/*", Map.of(), List.of(new MeshConfig.Target("upstream", 1)))),
            MeshConfig.Limits.DEFAULT);
    long[] seen = new long[count * 16];
    RequestListener counter =
        request -> seen[request.loop() * 16] += request.durationNanos() > 0 ? 1 : 0;
    try (Mesh mesh =
        Mesh.start(loops, config, Clock.system(), Mesh.Listeners.none().withRequests(counter))) {
      System.out.println("http://127.0.0.1:" + mesh.port("ingress") + "/");
      Thread.currentThread().join();
    }
  }
}
