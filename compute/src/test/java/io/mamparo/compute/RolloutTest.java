package io.mamparo.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.compute.Rollout.Change.Start;
import io.mamparo.compute.Rollout.Change.Stop;
import io.mamparo.compute.Rollout.Observed;
import io.mamparo.compute.Rollout.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is observed is written as {@code REPLICA REVISION PHASE}, each instance named by replica,
 * revision and place: {@code 0 old HEALTHY} is the instance {@code 0old}, a second one like it
 * {@code 0old2}.
 */
class RolloutTest {
  private static final List<Phase> PHASES =
      List.of(Phase.COMING, Phase.HEALTHY, Phase.FAILING, Phase.LEAVING);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # replicas | fixed port | observed                                           | changes
          0 | false |                                                                   |
          2 | false |                                                                   | start 0, start 1
          2 | false | 0 new HEALTHY                                                     | start 1
          2 | false | 0 new COMING, 1 new FAILING                                       |
          1 | false | 0 new HEALTHY, 1 new HEALTHY                                      | stop 1new
          0 | false | 0 new HEALTHY, 1 old COMING                                       | stop 0new, stop 1old
          1 | false | 0 new LEAVING                                                     | start 0
          1 | false | 0 new COMING, 0 new HEALTHY                                       | stop 0new
          1 | false | 0 new FAILING, 0 new COMING                                       | stop 0new
          # an update: one after the other, the new one healthy before the old one goes
          2 | false | 0 old HEALTHY, 1 old HEALTHY                                      | start 0
          2 | false | 0 old HEALTHY, 1 old HEALTHY, 0 new COMING                        |
          2 | false | 0 old HEALTHY, 1 old HEALTHY, 0 new HEALTHY                       | stop 0old
          2 | false | 0 old LEAVING, 1 old HEALTHY, 0 new HEALTHY                       |
          2 | false | 1 old HEALTHY, 0 new HEALTHY                                      | start 1
          2 | false | 1 old HEALTHY, 0 new HEALTHY, 1 new HEALTHY                       | stop 1old
          2 | false | 0 old HEALTHY, 1 old HEALTHY, 0 new FAILING                       |
          2 | false | 0 old FAILING, 1 old HEALTHY                                      | start 0
          3 | false | 0 old HEALTHY, 1 old HEALTHY                                      | start 2
          1 | false | 0 old HEALTHY, 1 old HEALTHY                                      | stop 1old, start 0
          # a program that insists on its port has to go before its successor comes
          1 | true  | 0 old HEALTHY                                                     | stop 0old
          1 | true  | 0 old LEAVING                                                     |
          1 | true  | 0 new LEAVING                                                     |
          """)
  void decides(int replicas, boolean fixedPort, String observed, String changes) {
    Rollout.Decision decision =
        Rollout.decide(new Rollout.Desired(replicas, fixedPort, _ -> "new"), observed(observed));
    assertEquals(changes == null ? "" : changes, words(decision.changes()));
  }

  private static List<Observed> observed(String text) {
    List<Observed> all = new ArrayList<>();
    for (String one : text == null ? List.<String>of() : Arrays.asList(text.split(", "))) {
      String[] part = one.strip().split(" ");
      String instance = part[0] + part[1];
      boolean second = all.stream().anyMatch(o -> o.instance().equals(instance));
      all.add(
          new Observed(
              Integer.parseInt(part[0]),
              second ? instance + "2" : instance,
              part[1],
              Phase.valueOf(part[2])));
    }
    return all;
  }

  private static String words(List<Rollout.Change> changes) {
    return String.join(
        ", ",
        changes.stream()
            .map(
                change ->
                    switch (change) {
                      case Start start -> "start " + start.replica();
                      case Stop stop -> "stop " + stop.instance();
                    })
            .toList());
  }

  @Test
  void anUpdateThatFails_saysThatTheOldOnesStay() {
    Rollout.Decision decision =
        Rollout.decide(
            new Rollout.Desired(2, false, _ -> "new"),
            observed("0 old HEALTHY, 1 old HEALTHY, 0 new FAILING"));
    assertNotNull(decision.waiting());
    assertTrue(decision.waiting().contains("the old ones that are left keep running"));
    assertNull(
        Rollout.decide(new Rollout.Desired(1, false, _ -> "new"), observed("0 new HEALTHY"))
            .waiting());
  }

  /** Whatever is there at first, and however long each step takes, it ends as desired. */
  @Test
  void everyStart_endsAsDesired_withoutEverStoppingTheLastHealthyOne() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      int replicas = random.nextInt(1, 5);
      boolean fixedPort = replicas == 1 && random.nextBoolean();
      List<Observed> world = new ArrayList<>();
      for (int i = random.nextInt(6); i > 0; i--) {
        world.add(
            new Observed(
                random.nextInt(fixedPort ? 1 : 6),
                "first" + i,
                random.nextBoolean() ? "old" : "new",
                PHASES.get(random.nextInt(PHASES.size()))));
      }
      Rollout.Desired desired = new Rollout.Desired(replicas, fixedPort, _ -> "new");
      int started = 0;
      for (int step = 0; step < 400; step++) {
        long healthy = healthy(world, replicas);
        for (Rollout.Change change : Rollout.decide(desired, world).changes()) {
          switch (change) {
            case Start start ->
                world.add(new Observed(start.replica(), "i" + started++, "new", Phase.COMING));
            case Stop stop ->
                world.replaceAll(
                    o -> o.instance().equals(stop.instance()) ? in(o, Phase.LEAVING) : o);
          }
        }
        String what = "seed " + seed + ", step " + step + ": " + world;
        assertTrue(fixedPort || healthy == 0 || healthy(world, replicas) > 0, what);
        if (!world.isEmpty()) {
          int at = random.nextInt(world.size());
          Observed one = world.get(at);
          switch (one.phase()) {
            case COMING, FAILING -> world.set(at, in(one, Phase.HEALTHY));
            case LEAVING -> world.remove(at);
            case HEALTHY -> {}
          }
        }
      }
      assertEquals(replicas, world.size(), "seed " + seed + ": " + world);
      assertTrue(
          world.stream().allMatch(o -> o.phase() == Phase.HEALTHY && o.revision().equals("new")),
          "seed " + seed + ": " + world);
      assertEquals(replicas, world.stream().map(Observed::replica).distinct().count());
    }
  }

  private static long healthy(List<Observed> world, int replicas) {
    return world.stream().filter(o -> o.phase() == Phase.HEALTHY && o.replica() < replicas).count();
  }

  private static Observed in(Observed one, Phase phase) {
    return new Observed(one.replica(), one.instance(), one.revision(), phase);
  }
}
