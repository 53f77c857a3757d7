package io.mamparo.dbproxy.watch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which server is the primary, by what all of them said last. Stateless.
 *
 * <p>A server that cannot be asked keeps its role until another one takes it: connections to it
 * fail by themselves, and a watcher that is refused must not make a database unusable. Among
 * several that take writes the one with the highest timeline wins, for it was promoted last; one
 * whose timeline is lower than any seen before is a primary of the past and gets nothing.
 */
final class Roles {
  private Roles() {}

  /** A server and what it said last; null when it cannot be asked. */
  record Seen<M>(M server, @Nullable Sighting sighting) {}

  /**
   * What follows.
   *
   * @param primary null when there is none
   * @param timeline the highest that was ever seen
   * @param rivals others that take writes and should not
   */
  record Decision<M>(@Nullable M primary, long timeline, List<M> rivals) {}

  /**
   * Decides.
   *
   * @param current the primary so far
   * @param highest the highest timeline that a primary ever had
   */
  static <M> Decision<M> decide(@Nullable M current, long highest, List<Seen<M>> all) {
    Seen<M> best = null;
    long timeline = highest;
    List<M> writers = new ArrayList<>();
    boolean currentIsReplica = false;
    for (Seen<M> one : all) {
      Sighting sighting = one.sighting();
      if (sighting == null) {
        continue;
      }
      if (sighting.replica()) {
        currentIsReplica |= one.server().equals(current);
        continue;
      }
      writers.add(one.server());
      boolean old = sighting.timeline() < highest;
      if (!old && (best == null || better(one, best, current))) {
        best = one;
        timeline = Math.max(timeline, sighting.timeline());
      }
    }
    M primary = best != null ? best.server() : currentIsReplica ? null : current;
    writers.removeIf(writer -> writer.equals(primary));
    return new Decision<>(primary, timeline, List.copyOf(writers));
  }

  private static <M> boolean better(Seen<M> one, Seen<M> than, @Nullable M current) {
    Sighting a = java.util.Objects.requireNonNull(one.sighting());
    Sighting b = java.util.Objects.requireNonNull(than.sighting());
    if (a.timeline() != b.timeline()) {
      return a.timeline() > b.timeline();
    }
    if (than.server().equals(current) || one.server().equals(current)) {
      return one.server().equals(current);
    }
    return a.position() > b.position();
  }
}
