package io.mamparo.compute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Puts things into waves so that each comes after what it depends on; those that depend on each
 * other in a circle share a wave. Pure functions.
 */
public final class StartOrder {
  private StartOrder() {}

  /**
   * Waves, first to start first; names within a wave are sorted.
   *
   * @param dependencies of each name; names that are no key themselves are left out
   */
  public static List<Set<String>> waves(Map<String, ? extends Collection<String>> dependencies) {
    Map<String, Integer> wave = new Circles(dependencies).waves();
    SortedMap<Integer, Set<String>> byWave = new TreeMap<>();
    wave.forEach((name, at) -> byWave.computeIfAbsent(at, _ -> new TreeSet<>()).add(name));
    return List.copyOf(byWave.values());
  }

  /**
   * Finds circles in one walk (R. Tarjan, "Depth-first search and linear graph algorithms", 1972).
   * A circle is complete only after all it depends on are, so its wave is known at that moment. The
   * walk is as deep as the longest chain of dependencies, which is bounded by the services of a
   * stack.
   */
  private static final class Circles {
    private final Map<String, ? extends Collection<String>> dependencies;
    private final Map<String, Integer> index = new HashMap<>();
    private final Deque<String> open = new ArrayDeque<>();
    private final Map<String, Integer> wave = new HashMap<>();

    Circles(Map<String, ? extends Collection<String>> dependencies) {
      this.dependencies = dependencies;
    }

    Map<String, Integer> waves() {
      for (String name : new TreeSet<>(dependencies.keySet())) {
        if (!index.containsKey(name)) {
          visit(name);
        }
      }
      return wave;
    }

    private Collection<String> of(String name) {
      Collection<String> all = dependencies.get(name);
      return all == null ? List.of() : all.stream().filter(dependencies::containsKey).toList();
    }

    private int visit(String name) {
      int mine = index.size();
      index.put(name, mine);
      int lowest = mine;
      open.push(name);
      for (String other : of(name)) {
        Integer seen = index.get(other);
        if (seen == null) {
          lowest = Math.min(lowest, visit(other));
        } else if (!wave.containsKey(other)) {
          lowest = Math.min(lowest, seen);
        }
      }
      if (lowest == mine) {
        close(name);
      }
      return lowest;
    }

    private void close(String first) {
      List<String> circle = new ArrayList<>();
      do {
        circle.add(open.pop());
      } while (!circle.getLast().equals(first));
      int at = 0;
      for (String name : circle) {
        for (String other : of(name)) {
          Integer earlier = wave.get(other);
          at = earlier == null ? at : Math.max(at, earlier + 1);
        }
      }
      for (String name : circle) {
        wave.put(name, at);
      }
    }
  }
}
