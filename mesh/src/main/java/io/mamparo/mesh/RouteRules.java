package io.mamparo.mesh;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route does beside leading somewhere. Null and empty mean that the service's own settings
 * hold, and that nothing is changed.
 *
 * @param tries time-outs, retries and hedges in place of the service's
 * @param redirect answers in place of a service
 * @param rewrite what the service sees in place of what the client sent
 * @param requestEdits of the request's header fields
 * @param responseEdits of the answer's header fields
 * @param sticky what keeps a user on one of several targets
 * @param mirror where a copy goes whose answer is dropped
 * @param limit how many requests there may be; null means any number
 * @param priority who gives way first when the service is nearly full
 * @param token whether only requests with a good token may pass
 */
public record RouteRules(
    Tries tries,
    @Nullable Redirect redirect,
    @Nullable Rewrite rewrite,
    HeaderEdits requestEdits,
    HeaderEdits responseEdits,
    @Nullable HashKey sticky,
    @Nullable Mirror mirror,
    @Nullable Limit limit,
    Priority priority,
    boolean token) {
  /** Nothing. */
  public static final RouteRules NONE =
      new RouteRules(Tries.NONE, null, null, HeaderEdits.NONE, HeaderEdits.NONE, null, null);

  /** Without a limit, of normal priority. */
  public RouteRules(
      Tries tries,
      @Nullable Redirect redirect,
      @Nullable Rewrite rewrite,
      HeaderEdits requestEdits,
      HeaderEdits responseEdits,
      @Nullable HashKey sticky,
      @Nullable Mirror mirror) {
    this(
        tries,
        redirect,
        rewrite,
        requestEdits,
        responseEdits,
        sticky,
        mirror,
        null,
        Priority.NORMAL,
        false);
  }

  /** Nothing but a limit and a priority. */
  public static RouteRules of(@Nullable Limit limit, Priority priority) {
    return new RouteRules(
        Tries.NONE,
        null,
        null,
        HeaderEdits.NONE,
        HeaderEdits.NONE,
        null,
        null,
        limit,
        priority,
        false);
  }

  /** The same for requests with a good token only. */
  public RouteRules withToken() {
    return new RouteRules(
        tries,
        redirect,
        rewrite,
        requestEdits,
        responseEdits,
        sticky,
        mirror,
        limit,
        priority,
        true);
  }

  /** Who gives way first. */
  public enum Priority {
    /** Refused from three quarters of the service's concurrency on. */
    LOW,
    /** Refused when the service's concurrency is used up. */
    NORMAL,
    /** May use a tenth more than the service's concurrency. */
    HIGH
  }

  /**
   * How many requests there may be; those beyond are answered 429.
   *
   * @param perSecond on average
   * @param burst at once, at least 1
   * @param by what has a limit of its own; null: all requests of the route share one
   */
  public record Limit(double perSecond, int burst, @Nullable HashKey by) {
    public Limit {
      if (!(perSecond > 0) || burst < 1) {
        throw new IllegalArgumentException("perSecond must be positive, burst at least 1");
      }
    }
  }

  /** Time-outs, retries and hedges in place of the service's, where not null. */
  public record Tries(
      @Nullable Duration timeout,
      @Nullable Duration perTryTimeout,
      MeshConfig.@Nullable Retries retries,
      @Nullable Hedge hedge) {
    /** The service's own. */
    public static final Tries NONE = new Tries(null, null, null, null);
  }

  /**
   * An answer that sends the client elsewhere. The query goes along.
   *
   * @param to a path, or a URL with scheme and host. A {@code *} at its end stands for what the
   *     route's own {@code *} stood for, or all of the path if the route has none; {@code {name}}
   *     for the segment that the route's template calls so
   * @param status 301, 302, 303, 307 or 308
   */
  public record Redirect(String to, int status) {
    public Redirect {
      if (status < 301 || status > 308 || status == 304 || status == 305 || status == 306) {
        throw new IllegalArgumentException("status must be 301, 302, 303, 307 or 308");
      }
    }
  }

  /**
   * What the service sees.
   *
   * @param path in place of the path, with {@code *} and {@code {name}} as in {@link Redirect};
   *     null leaves it
   * @param host in place of Host; null leaves it
   */
  public record Rewrite(@Nullable String path, @Nullable String host) {}

  /**
   * Changes of header fields: first those of {@code remove} and {@code set} go, then those of
   * {@code set} and {@code add} come.
   *
   * @param set names, in lower case, with their only value
   * @param add names, in lower case, with one more value
   * @param remove names, in lower case
   */
  public record HeaderEdits(Map<String, String> set, Map<String, String> add, List<String> remove) {
    /** As many as one can have. */
    public static final int MOST = 32;

    /** Nothing is changed. */
    public static final HeaderEdits NONE = new HeaderEdits(Map.of(), Map.of(), List.of());

    public HeaderEdits {
      set = Map.copyOf(set);
      add = Map.copyOf(add);
      remove = List.copyOf(remove);
      if (set.size() + add.size() + remove.size() > MOST) {
        throw new IllegalArgumentException("at most " + MOST + " header fields can be changed");
      }
    }

    /** Whether nothing is changed. */
    public boolean isEmpty() {
      return set.isEmpty() && add.isEmpty() && remove.isEmpty();
    }
  }

  /**
   * What tells users apart.
   *
   * @param kind where to look
   * @param name of the header, in lower case, or of the cookie; empty for the source
   * @param issue how long a cookie lives that is set when there is none; zero: until the browser
   *     ends; null: none is set
   */
  public record HashKey(Kind kind, String name, @Nullable Duration issue) {
    /** Where to look. */
    public enum Kind {
      /** A header's value. */
      HEADER,
      /** A cookie's value. */
      COOKIE,
      /** The client's address. */
      SOURCE
    }

    public HashKey {
      if (issue != null && kind != Kind.COOKIE) {
        throw new IllegalArgumentException("only a cookie can be issued");
      }
    }
  }

  /**
   * Where a copy of requests goes.
   *
   * @param service whose answers are dropped
   * @param share of the requests, 0 to 1
   */
  public record Mirror(String service, double share) {
    public Mirror {
      if (!(share >= 0 && share <= 1)) {
        throw new IllegalArgumentException("share must be 0 to 1");
      }
    }
  }
}
