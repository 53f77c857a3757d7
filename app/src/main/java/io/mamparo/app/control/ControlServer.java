package io.mamparo.app.control;

import io.helidon.webserver.WebServer;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.app.WebExtension;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control API's listener. Handlers run on virtual threads. At most {@value #CONNECTIONS}
 * connections; one more is closed at once.
 */
public final class ControlServer implements AutoCloseable {
  /** Connections at a time. */
  public static final int CONNECTIONS = 512;

  private static final Logger LOG = System.getLogger(ControlServer.class.getName());

  private final WebServer server;
  private final LiveStream live;

  private ControlServer(WebServer server, LiveStream live) {
    this.server = server;
    this.live = live;
  }

  /**
   * Where it listens and what it asks for.
   *
   * @param host an address, or a name of one
   * @param port 0 means any free one
   * @param loopback whether only this machine can reach it
   * @param token that writing needs
   */
  public record Settings(String host, int port, boolean loopback, String token) {
    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * Starts listening.
   *
   * @throws Problem when the address cannot be listened on
   */
  public static ControlServer start(
      Settings settings, ControlPlane plane, List<WebExtension> extensions) {
    LiveStream live = new LiveStream(plane);
    refuseIfTaken(settings);
    WebServer server =
        WebServer.builder()
            .host(settings.host())
            .port(settings.port())
            .shutdownHook(false)
            .featuresDiscoverServices(false)
            .maxPayloadSize(Replies.LARGEST_BODY)
            .maxTcpConnections(CONNECTIONS)
            .idleConnectionTimeout(Duration.ofMinutes(5))
            .shutdownGracePeriod(Duration.ofMillis(200))
            .routing(routing -> route(routing, settings, plane, live, extensions))
            .build()
            .start();
    if (!server.isRunning()) {
      throw cannotListen(settings, "see the log", null);
    }
    return new ControlServer(server, live);
  }

  /** Helidon only logs that it could not listen: look first. */
  private static void refuseIfTaken(Settings settings) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(settings.host(), settings.port()), 1);
    } catch (IOException e) {
      throw cannotListen(settings, String.valueOf(e.getMessage()), e);
    }
  }

  private static Problem cannotListen(Settings settings, String why, @Nullable IOException cause) {
    String what = "cannot listen on " + settings + " (" + why + ")";
    String remedy =
        "stop whatever listens there, or choose another port with console: {listen: …} or"
            + " --port-offset";
    return cause == null
        ? new Problem("control API", what, remedy)
        : new Problem("control API", what, remedy, cause);
  }

  private static void route(
      HttpRouting.Builder routing,
      Settings settings,
      ControlPlane plane,
      LiveStream live,
      List<WebExtension> extensions) {
    routing.addFilter(new Gate(settings.loopback(), settings.token()));
    routing.error(Problem.class, (request, response, e) -> Replies.problem(response, 409, e));
    routing.error(
        Replies.TooLarge.class,
        (request, response, e) ->
            Replies.problem(
                response, 413, "request body: " + e.getMessage(), "send a smaller one"));
    routing.error(RuntimeException.class, ControlServer::unexpected);
    new ReadRoutes(plane).mount(routing);
    new WriteRoutes(plane).mount(routing);
    routing.get("/v1/live", live::handle);
    extensions.forEach(extension -> extension.mount(routing));
  }

  private static void unexpected(
      ServerRequest request, ServerResponse response, RuntimeException e) {
    if (e instanceof io.helidon.http.HttpException http) {
      Replies.problem(response, http.status().code(), "request: " + http.getMessage(), "see /v1");
      return;
    }
    LOG.log(Level.ERROR, "control API: " + request.prologue(), e);
    if (!response.isSent()) {
      Replies.problem(
          response, 500, "control API: something unexpected happened", "see mamparo logs mamparo");
    }
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** Stops listening and ends the streams. */
  @Override
  public void close() {
    live.close();
    server.stop();
  }
}
