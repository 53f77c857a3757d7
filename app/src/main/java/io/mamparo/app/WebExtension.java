package io.mamparo.app;

import io.helidon.webserver.http.HttpRouting;

/**
 * Pages that live on the control API's listener, found by {@link java.util.ServiceLoader}. Mounted
 * once, when the listener starts, before it takes requests; its handlers run on virtual threads.
 *
 * <p>The listener has already refused requests whose {@code Host} is not this machine, and it takes
 * only GET and HEAD outside of {@code /v1}. A path that the control API owns ({@code /v1}, {@code
 * /healthz}, {@code /metrics}) cannot be taken over: the API is mounted first.
 */
public interface WebExtension {
  /** Adds routes, which read their data from the control API like any other client. */
  void mount(HttpRouting.Builder routing);
}
