package rental.web;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Routes requests to handlers, on at most 64 threads. A path may have one variable in braces, and a
 * slash at the end does not matter. On SIGTERM it answers what is in flight before it ends.
 */
public final class WebServer {
  private static final int THREADS = 64;
  private static final long GRACE_MILLIS = 8_000;

  private final HttpServer server;
  private final List<Route> routes = new ArrayList<>();
  private final AtomicInteger inFlight = new AtomicInteger();
  private volatile boolean stopping;

  /** Answers a request. */
  public interface Handler {
    /** What it throws becomes an answer too: a {@link Failure} its own, anything else a 500. */
    Response answer(Request request) throws Exception;
  }

  private record Route(String method, Pattern path, Handler handler) {}

  /** On a port of the loopback interface; 0 is any free one. */
  public WebServer(int port) throws IOException {
    // Without it, an answer on a kept connection waits 40 ms for the client's acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 512);
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(1_000));
    threads.allowCoreThreadTimeOut(true);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
  }

  /** Adds a route: {@code on("GET", "/car/{registration}", handler)}. */
  public WebServer on(String method, String path, Handler handler) {
    String pattern = path.replaceAll("\\{[a-z]+}", "([^/]+)").replaceAll("/$", "") + "/?";
    routes.add(new Route(method, Pattern.compile(pattern), handler));
    return this;
  }

  /** Starts to listen, and to end well. */
  public WebServer start() {
    server.start();
    Runtime.getRuntime().addShutdownHook(new Thread(this::drain, "drain"));
    return this;
  }

  /** Where it listens. */
  public int port() {
    return server.getAddress().getPort();
  }

  private void handle(HttpExchange exchange) throws IOException {
    inFlight.incrementAndGet();
    try (exchange) {
      send(exchange, answer(exchange));
    } finally {
      inFlight.decrementAndGet();
    }
  }

  private Response answer(HttpExchange exchange) {
    try {
      return route(exchange);
    } catch (Failure failure) {
      return Response.of(failure);
    } catch (RejectedExecutionException e) {
      return Response.of(Failure.unavailable("too many requests at once"));
    } catch (Exception e) {
      System.err.println(exchange.getRequestMethod() + " " + exchange.getRequestURI() + ": " + e);
      return Response.of(new Failure(500, "something went wrong here; the log says what"));
    }
  }

  private Response route(HttpExchange exchange) throws Exception {
    String path = exchange.getRequestURI().getRawPath();
    String method = exchange.getRequestMethod().replace("HEAD", "GET");
    List<Route> matching = routes.stream().filter(r -> r.path.matcher(path).matches()).toList();
    for (Route route : matching) {
      if (route.method.equals(method)) {
        return route.handler.answer(new Request(exchange, variable(route.path.matcher(path))));
      }
    }
    if (matching.isEmpty()) {
      throw Failure.notFound("such path");
    }
    String allowed =
        matching.stream()
            .map(r -> r.method.equals("GET") ? "GET, HEAD" : r.method)
            .collect(Collectors.joining(", "));
    exchange.getResponseHeaders().set("Allow", allowed);
    throw new Failure(405, exchange.getRequestMethod() + " is not allowed here");
  }

  private static String variable(Matcher path) {
    boolean has = path.matches() && path.groupCount() > 0;
    try {
      String raw = has ? path.group(1).replace("+", "%2B") : "";
      return URLDecoder.decode(raw, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw Failure.notFound("such path");
    }
  }

  private void send(HttpExchange exchange, Response response) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", "application/json");
    if (response.location() != null) {
      headers.set("Location", response.location());
    }
    if (response.status() == 503) {
      headers.set("Retry-After", "1");
    }
    if (stopping || response.status() == 413) {
      headers.set("Connection", "close");
    }
    byte[] body = response.bytes();
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(response.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(response.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  /** Goes on for a moment, since whoever balances the load may not have noticed yet. */
  private void drain() {
    stopping = true;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GRACE_MILLIS);
    try {
      int quiet = 0;
      while (quiet < 5 && System.nanoTime() - end < 0) {
        Thread.sleep(20);
        quiet = inFlight.get() == 0 ? quiet + 1 : 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.stop(0);
  }
}
