package io.mamparo.resilience.breaker;

import io.mamparo.resilience.Share;

/** The numbers a window is judged by. */
record Thresholds(int minimumCalls, double failureRate, double slowRate) {
  Judgement judge(long calls, long failures, long slow) {
    if (calls < minimumCalls) {
      return Judgement.TOO_FEW;
    }
    if (Share.reached(failures, calls, failureRate)) {
      return Judgement.FAILING;
    }
    return Share.reached(slow, calls, slowRate) ? Judgement.SLOW : Judgement.FINE;
  }
}
