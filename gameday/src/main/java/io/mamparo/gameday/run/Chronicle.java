package io.mamparo.gameday.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Tells what happens as it happens, and remembers it. Safe for use by several threads. */
final class Chronicle {
  private static final int MOST = 10_000;

  private final Stopwatch watch;
  private final Consumer<String> out;
  private final List<Event> events = new ArrayList<>();

  Chronicle(Stopwatch watch, Consumer<String> out) {
    this.watch = watch;
    this.out = out;
  }

  /** Something happened now. */
  synchronized void say(String text) {
    double seconds = watch.seconds();
    if (events.size() < MOST) {
      events.add(new Event(seconds, text));
    }
    tell(seconds, text);
  }

  /** How it goes: for the terminal only. */
  synchronized void progress(String text) {
    tell(watch.seconds(), text);
  }

  private void tell(double seconds, String text) {
    out.accept(String.format(Locale.ROOT, "%7.1f s  %s", seconds, text));
  }

  synchronized List<Event> events() {
    return List.copyOf(events);
  }
}
