package io.mamparo.app.control;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.Filter;
import io.helidon.webserver.http.FilterChain;
import io.helidon.webserver.http.RoutingRequest;
import io.helidon.webserver.http.RoutingResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides who may ask what, before any handler runs. Immutable, safe for use by several threads.
 *
 * <p>While the listener stands on loopback, reading is open, but only to requests whose {@code
 * Host} names this machine: a web page that rebinds its own name to 127.0.0.1 still sends its own
 * name. Everything that changes something, logs and taps need the bearer token; so does everything
 * on another address. The token is compared in constant time.
 */
final class Gate implements Filter {
  private static final String BEARER = "Bearer ";

  private final boolean loopback;
  private final byte[] token;

  Gate(boolean loopback, String token) {
    this.loopback = loopback;
    this.token = token.getBytes(StandardCharsets.UTF_8);
  }

  /** What to do with a request. */
  enum Verdict {
    PASS,
    WRONG_HOST,
    WRONG_METHOD,
    NO_TOKEN
  }

  @Override
  public void filter(FilterChain chain, RoutingRequest request, RoutingResponse response) {
    Method method = request.prologue().method();
    Verdict verdict =
        judge(
            method.text(),
            request.path().path(),
            request.headers().first(HeaderNames.HOST).orElse(""),
            request.headers().first(HeaderNames.AUTHORIZATION));
    response.header("X-Content-Type-Options", "nosniff");
    response.header("Referrer-Policy", "no-referrer");
    switch (verdict) {
      case PASS -> chain.proceed();
      case WRONG_HOST ->
          Replies.problem(
              response,
              403,
              "control API: this listener answers for this machine's own names only",
              "use http://127.0.0.1 or http://localhost with the port");
      case WRONG_METHOD ->
          Replies.problem(
              response, 405, "control API: only GET and HEAD are taken here", "see /v1");
      case NO_TOKEN -> {
        response.header("WWW-Authenticate", "Bearer realm=\"mamparo\"");
        Replies.problem(
            response,
            401,
            "control API: this needs the bearer token",
            "send \"Authorization: Bearer TOKEN\" with the token from control.json in the data"
                + " directory");
      }
    }
  }

  Verdict judge(String method, String path, String host, Optional<String> authorization) {
    boolean known = authorization.map(this::isToken).orElse(false);
    if (loopback ? !isThisMachine(host) : host.isEmpty()) {
      return Verdict.WRONG_HOST;
    }
    boolean reads = method.equals("GET") || method.equals("HEAD");
    boolean api = path.equals("/v1") || path.startsWith("/v1/");
    if (!reads && !api) {
      return Verdict.WRONG_METHOD;
    }
    boolean secret =
        path.startsWith("/v1/logs") || path.startsWith("/v1/tap") || path.startsWith("/v1/env");
    boolean open = loopback ? reads && !secret : path.equals("/healthz");
    return open || known ? Verdict.PASS : Verdict.NO_TOKEN;
  }

  private boolean isToken(String authorization) {
    return authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
        && MessageDigest.isEqual(
            token,
            authorization.substring(BEARER.length()).strip().getBytes(StandardCharsets.UTF_8));
  }

  /** Whether a Host header, with or without a port, is a name of the loopback interface. */
  static boolean isThisMachine(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (name.startsWith("[")) {
      int end = name.indexOf(']');
      return end > 0 && isPort(name.substring(end + 1)) && name.substring(1, end).equals("::1");
    }
    int colon = name.indexOf(':');
    if (colon >= 0) {
      if (!isPort(name.substring(colon))) {
        return false;
      }
      name = name.substring(0, colon);
    }
    return name.equals("localhost")
        || name.endsWith(".localhost")
        || name.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  private static boolean isPort(String rest) {
    return rest.isEmpty() || rest.matches(":\\d{1,5}");
  }
}
