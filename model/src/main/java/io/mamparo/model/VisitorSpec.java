package io.mamparo.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gentle traffic of Mamparo's own through the ingress, marked as such, so that a stack nobody uses
 * yet shows life.
 *
 * @param rate of all requests together; 0 is off
 * @param requests sent in turn
 */
public record VisitorSpec(Rate rate, List<Visit> requests) {
  /** No visitor. */
  public static final VisitorSpec OFF = new VisitorSpec(new Rate(0), List.of());

  public VisitorSpec {
    requests = List.copyOf(requests);
    Require.that(rate.perSecond() <= 100, "rate is at most 100/s: visitors are gentle");
    Require.that(rate.perSecond() == 0 || !requests.isEmpty(), "requests is empty");
  }

  /** Whether there is a visitor. */
  public boolean isOn() {
    return rate.perSecond() > 0;
  }

  /**
   * One request.
   *
   * @param path with its query; {@code {n}} in it and in the body is the number of the round, from
   *     0 to 99 and again
   * @param body JSON, if any
   */
  public record Visit(String method, String path, @Nullable String body) {
    public Visit {
      Require.that(method.matches("[A-Z]{3,7}"), "expected a request such as GET /cars/");
      Require.that(path.startsWith("/"), "a path starts with '/'");
    }
  }
}
