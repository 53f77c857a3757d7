package io.mamparo.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a route does beside leading somewhere. Absent means that the service's own settings hold.
 *
 * @param timeout of a request with all its tries
 * @param perTryTimeout of one try
 * @param retries when it is tried again
 * @param hedge when a slow request is sent to another replica
 * @param redirect answers in place of a service
 * @param rewrite what the service sees
 * @param requestHeaders changes of the request's fields
 * @param responseHeaders changes of the answer's fields
 * @param sticky what keeps a user on one of several targets
 * @param mirror where a copy goes whose answer is dropped
 * @param limit how many requests it takes
 * @param priority who gives way first when the service is nearly full
 * @param token whether only requests with a good token may pass
 */
public record RouteActions(
    @Nullable Duration timeout,
    @Nullable Duration perTryTimeout,
    @Nullable RetrySpec retries,
    @Nullable HedgeSpec hedge,
    @Nullable Redirect redirect,
    @Nullable Rewrite rewrite,
    Edits requestHeaders,
    Edits responseHeaders,
    @Nullable UserKey sticky,
    @Nullable Mirror mirror,
    @Nullable LimitSpec limit,
    Priority priority,
    boolean token) {
  /** Who gives way first when the service is nearly full. */
  public enum Priority {
    LOW,
    NORMAL,
    HIGH
  }

  /** Nothing. */
  public static final RouteActions NONE =
      new RouteActions(
          null,
          null,
          null,
          null,
          null,
          null,
          Edits.NONE,
          Edits.NONE,
          null,
          null,
          null,
          Priority.NORMAL,
          false);

  public RouteActions {
    if (timeout != null) {
      Require.positive(timeout, "timeout");
    }
    if (perTryTimeout != null) {
      Require.positive(perTryTimeout, "per-try-timeout");
      Require.that(
          timeout == null || perTryTimeout.compareTo(timeout) <= 0,
          "per-try-timeout must not exceed timeout");
    }
    Require.that(
        hedge == null || !hedge.on() || retries == null || !retries.methods().isEmpty(),
        "hedge sends twice what retries: say can be sent twice, and these are off");
  }

  /**
   * Sends clients elsewhere.
   *
   * @param to a path or URL; {@code *} at its end is what the route's own {@code *} stood for
   */
  public record Redirect(String to, int status) {}

  /** What the service sees in place of the path, of Host. */
  public record Rewrite(@Nullable String path, @Nullable String host) {
    public Rewrite {
      Require.that(path != null || host != null, "rewrite says neither path nor host");
    }
  }

  /** Changes of header fields; names in lower case. */
  public record Edits(Map<String, String> set, Map<String, String> add, List<String> remove) {
    /** Nothing is changed. */
    public static final Edits NONE = new Edits(Map.of(), Map.of(), List.of());

    public Edits {
      set = Require.ordered(set);
      add = Require.ordered(add);
      remove = List.copyOf(remove);
      Require.that(
          set.size() + add.size() + remove.size() <= 32, "at most 32 fields can be changed");
    }
  }

  /** A service that gets a copy of a share of the requests. */
  public record Mirror(String service, Percentage share) {}
}
