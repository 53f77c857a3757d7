package io.mamparo.mesh.defend;

import io.mamparo.mesh.choose.Affinity;
import java.util.Arrays;

/**
 * Consistent hashing by a lookup table (Eisenbud et al., "Maglev", 2016): each endpoint has its own
 * permutation of the table's slots, and they take turns to claim their next free slot, as often in
 * a round as their weight says. An endpoint that goes moves hardly any user but its own. Owned by
 * one loop.
 */
final class Maglev {
  private static final int[] PRIMES = {1021, 4093, 16381, 65521};
  private static final int SLOTS_EACH = 100;

  private int[] table = {};

  /**
   * Fills the table.
   *
   * @param endpoints their indexes, of which the first {@code count} count
   * @param names the hash of each endpoint's name, by index
   * @param weights by index
   */
  void fill(int[] endpoints, int count, long[] names, double[] weights) {
    int size = PRIMES[PRIMES.length - 1];
    for (int i = PRIMES.length - 1; i >= 0 && PRIMES[i] >= count * SLOTS_EACH; i--) {
      size = PRIMES[i];
    }
    table = new int[size];
    Arrays.fill(table, -1);
    long[] next = new long[count];
    double[] credit = new double[count];
    double most = 0;
    for (int i = 0; i < count; i++) {
      most = Math.max(most, weights[endpoints[i]]);
    }
    int left = count == 0 ? 0 : size;
    while (left > 0) {
      for (int i = 0; i < count && left > 0; i++) {
        credit[i] += weights[endpoints[i]] / most;
        if (credit[i] >= 1) {
          credit[i] -= 1;
          left -= claim(endpoints[i], names[endpoints[i]], next, i);
        }
      }
    }
  }

  private int claim(int endpoint, long name, long[] next, int turn) {
    int size = table.length;
    long offset = Long.remainderUnsigned(name, size);
    long skip = Long.remainderUnsigned(Affinity.mix(name), size - 1) + 1;
    while (true) {
      int slot = (int) ((offset + next[turn]++ * skip) % size);
      if (table[slot] < 0) {
        table[slot] = endpoint;
        return 1;
      }
    }
  }

  /** The endpoint of a user. */
  int of(long user) {
    return table[(int) Long.remainderUnsigned(user, table.length)];
  }
}
