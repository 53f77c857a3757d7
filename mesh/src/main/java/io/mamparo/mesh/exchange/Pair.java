package io.mamparo.mesh.exchange;

import io.mamparo.mesh.accept.Timer;
import io.mamparo.resilience.retry.RetryBudget;
import org.jspecify.annotations.Nullable;

/**
 * What an exchange knows of its hedge, which is an exchange too, without a request of its own: it
 * has a connection, an endpoint, an answer's head and a timer. Owned by one loop.
 *
 * <pre>
 *   ALONE ─ time, budgets → BOTH ─ first answer, of either ─────→ ALONE
 *                            └─ one fails → the other is waited for ─ answers, or fails → ALONE
 * </pre>
 */
final class Pair {
  /** Rings when it is time for a hedge. */
  final Timer timer;

  /** A request's hedge, while that is under way. */
  @Nullable Exchange hedge;

  /** A hedge's request. */
  @Nullable Exchange of;

  /** The budget of hedges that knows of the request; null when it cannot be hedged. */
  @Nullable RetryBudget budget;

  /** Whether the request's own try has failed, and only its hedge is under way. */
  boolean lost;

  /** Whether a hedge was sent. */
  boolean sent;

  /** Whether the try that the exchange stands for is a hedge. */
  boolean hedged;

  /** Whether the budgets count a hedge as under way. */
  boolean charged;

  /** Which of the request's tries the exchange stands for, from 1. */
  int number;

  Pair(Exchange x) {
    timer = new Timer(now -> x.loop.path.hedge(x, now));
  }

  /** The request that a try belongs to. */
  static Exchange request(Exchange x) {
    Exchange of = x.pair.of;
    return of == null ? x : of;
  }

  void reset() {
    hedge = null;
    of = null;
    budget = null;
    lost = false;
    sent = false;
    hedged = false;
    charged = false;
    number = 0;
  }
}
