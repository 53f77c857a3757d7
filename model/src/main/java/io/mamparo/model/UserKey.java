package io.mamparo.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What tells users apart: exactly one of a header, a cookie and where the request comes from.
 *
 * @param header its name in lower case
 * @param cookie its name
 * @param source whether the client's address counts
 * @param ttl how long a cookie lives that is set when a user has none; zero: until the browser
 *     ends; absent: none is set
 */
public record UserKey(
    @Nullable String header, @Nullable String cookie, boolean source, @Nullable Duration ttl) {
  public UserKey {
    int said = (header == null ? 0 : 1) + (cookie == null ? 0 : 1) + (source ? 1 : 0);
    Require.that(
        said == 1, "says not what tells users apart: give it one of header, cookie, source");
    Require.that(ttl == null || cookie != null, "ttl has a meaning for a cookie only");
  }

  /** The client's address. */
  public static UserKey bySource() {
    return new UserKey(null, null, true, null);
  }
}
