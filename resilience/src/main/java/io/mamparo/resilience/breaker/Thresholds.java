package io.mamparo.resilience.breaker;

/** The numbers a window is judged by. */
record Thresholds(int minimumCalls, double failureRate, double slowRate) {
  Judgement judge(long calls, long failures, long slow) {
    if (calls < minimumCalls) {
      return Judgement.TOO_FEW;
    }
    if (failures >= failureRate * calls) {
      return Judgement.FAILING;
    }
    return slow >= slowRate * calls ? Judgement.SLOW : Judgement.FINE;
  }
}
