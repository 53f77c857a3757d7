package io.mamparo.mesh;

/** Hears of requests, on the loop they ran on. Must neither block nor throw. */
public interface RequestListener {
  /** Hears and forgets. */
  RequestListener NONE = request -> {};

  /**
   * A hop has ended, well or not: the answer's last byte was handed to the client's connection. For
   * an upgraded connection (101) it ends with the upgrade.
   *
   * @param request valid only during the call
   */
  void onRequest(RequestRecord request);

  /**
   * A try has ended and another one follows, or is under way (a hedge). The last try is not told
   * apart from its request.
   *
   * @param attempt valid only during the call; its status is 0 when the endpoint did not answer
   */
  default void onTry(RequestRecord attempt) {}

  /**
   * A service has taken a request on: it was admitted, and is about to be sent. {@link #onLeave}
   * follows exactly once, on the same loop.
   *
   * @param request valid only during the call; how it ends is not known yet
   */
  default void onEnter(RequestRecord request) {}

  /**
   * A request that a service had taken on is over, before or after {@link #onRequest}.
   *
   * @param request valid only during the call
   */
  default void onLeave(RequestRecord request) {}
}
