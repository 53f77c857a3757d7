package io.mamparo.resilience.breaker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Remembers what a breaker's listener was told. */
final class Transitions implements BreakerListener {
  record Told(
      BreakerState from,
      BreakerState to,
      Cause cause,
      long generation,
      long calls,
      long failures,
      long slow,
      long now) {
    String text() {
      return from.text() + " -> " + to.text() + ": " + cause.text();
    }
  }

  final List<Told> told = Collections.synchronizedList(new ArrayList<>());

  @Override
  public void changed(
      Breaker breaker,
      BreakerState from,
      BreakerState to,
      Cause cause,
      long generation,
      long calls,
      long failures,
      long slow,
      long now) {
    told.add(new Told(from, to, cause, generation, calls, failures, slow, now));
  }

  List<String> texts() {
    return told.stream().map(Told::text).toList();
  }
}
