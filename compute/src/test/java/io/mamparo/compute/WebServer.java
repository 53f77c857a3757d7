package io.mamparo.compute;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program for tests: serves HTTP on PORT. {@code /health} answers 200, or 503 while the file
 * named by the first argument exists; everything else answers the value of GREETING.
 */
final class WebServer {
  private WebServer() {}

  public static void main(String[] args) throws IOException {
    int port = Integer.parseInt(System.getenv("PORT"));
    String greeting = System.getenv().getOrDefault("GREETING", "hello");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 50);
    server.createContext(
        "/",
        exchange -> {
          boolean sick =
              exchange.getRequestURI().getPath().equals("/health")
                  && args.length > 0
                  && Files.exists(Path.of(args[0]));
          byte[] body = greeting.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(sick ? 503 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    System.out.println("listening on " + port + " with " + greeting);
  }
}
