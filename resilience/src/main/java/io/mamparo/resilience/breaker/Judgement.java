package io.mamparo.resilience.breaker;

/** What the results in a window say. */
enum Judgement {
  TOO_FEW,
  FINE,
  FAILING,
  SLOW
}
