package io.mamparo.dbproxy.pool;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.dbproxy.pool.Shares.Want;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharesTest {
  private static List<Want> wants(String text) {
    List<Want> wants = new ArrayList<>();
    for (String one : text.split(" +", -1)) {
      int[] n = Arrays.stream(one.split("/", -1)).mapToInt(Integer::parseInt).toArray();
      wants.add(new Want(n[0], n[1], n[2], n[3]));
    }
    return wants;
  }

  /** Each pool is share/max/open/need. */
  @ParameterizedTest(name = "{0} connections, {1} -> {2}: {3}")
  @CsvSource({
    "10, 5/10/0/0 5/10/0/0, 5 5, nobody needs any: by their shares",
    "10, 5/10/5/9 5/10/5/9, 5 5, both want more: each its share",
    "10, 5/10/0/9 5/10/0/1, 9 1, who needs more borrows what the other leaves",
    "10, 5/10/9/9 5/10/1/4, 6 4, a share that was lent comes back",
    "10, 2/10/8/9 8/10/2/9, 2 8, a small share gives way to a large one",
    "12, 2/12/4/9 4/12/4/9 0/12/4/9, 4 6 2, what is borrowed is shared out by the shares",
    "12, 2/12/4/3 4/12/4/4 0/12/4/9, 3 4 5, without a share what is left",
    "10, 5/6/0/9 5/10/0/0, 6 4, never above the maximum",
    "10, 5/10/7/1 5/10/2/2, 7 3, what is open stays open while nobody needs it",
    "4, 5/10/4/4 5/10/0/4, 2 2, too little for all: in proportion",
  })
  void decide_givesEachItsDue(int limit, String wants, String quotas, String why) {
    int[] expected = Arrays.stream(quotas.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    assertArrayEquals(expected, Shares.decide(limit, wants(wants)), why);
  }

  /** Random standings: what always holds. */
  @Test
  void decide_alwaysKeepsItsPromises() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      int limit = random.nextInt(1, 60);
      List<Want> wants = new ArrayList<>();
      int shares = 0;
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        int max = random.nextInt(1, 40);
        int share = Math.min(random.nextInt(0, max + 1), limit - shares);
        shares += share;
        wants.add(new Want(share, max, random.nextInt(0, max + 1), random.nextInt(0, 60)));
      }
      int[] quotas = Shares.decide(limit, wants);
      String where = "seed " + seed + ", round " + round + ": " + limit + " for " + wants;
      int sum = Arrays.stream(quotas).sum();
      assertTrue(sum <= limit, where);
      boolean unmet = false;
      for (int i = 0; i < quotas.length; i++) {
        Want want = wants.get(i);
        int due = Math.min(want.need(), want.share());
        assertTrue(quotas[i] >= due && quotas[i] <= want.max(), where);
        unmet |= quotas[i] < Math.min(want.need(), want.max());
      }
      assertTrue(!unmet || sum == limit, "somebody waits while something is idle, " + where);
    }
  }
}
