package io.mamparo.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Load over HTTP/1.1.
 *
 * @param base scheme (http or https), host and port; a path in it is put before each request's
 * @param timeout from the intended start of a request; default 5 s
 * @param maxInFlight connections, each with one request at a time; default 256
 * @param insecure for https: take any certificate
 */
public record HttpLoad(
    String name,
    Pace pace,
    URI base,
    List<HttpRequest> requests,
    Duration timeout,
    int maxInFlight,
    boolean insecure) {
  /** The documented default. */
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  /** The documented default. */
  public static final int DEFAULT_IN_FLIGHT = 256;

  public HttpLoad {
    requests = List.copyOf(requests);
    if (!"http".equals(base.getScheme()) && !"https".equals(base.getScheme())) {
      throw new IllegalArgumentException("not an http or https address: " + base);
    }
    if (base.getHost() == null || base.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "an address has a host and no credentials: " + base.getHost());
    }
    if (requests.isEmpty()) {
      throw new IllegalArgumentException("a load needs at least one request");
    }
    if (timeout.toMillis() < 1 || maxInFlight < 1 || maxInFlight > 20_000) {
      throw new IllegalArgumentException("timeout must be at least 1 ms, in flight 1 to 20000");
    }
  }

  /** One kind of request with the defaults. */
  public static HttpLoad of(String name, Pace pace, URI base, HttpRequest... requests) {
    return new HttpLoad(
        name, pace, base, List.of(requests), DEFAULT_TIMEOUT, DEFAULT_IN_FLIGHT, false);
  }
}
