package io.mamparo.mesh.defend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.RouteRules.HashKey;
import io.mamparo.mesh.ServicePolicy;
import io.mamparo.mesh.ServicePolicy.Algorithm;
import io.mamparo.mesh.choose.Affinity;
import io.mamparo.resilience.breaker.BreakerListener;
import io.mamparo.resilience.outlier.OutlierListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BalancerTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final int PICKS = 10_000;

  private final SplittableRandom random = new SplittableRandom(7);
  private @Nullable ServiceState state;

  private static MeshConfig.Endpoint endpoint(
      int i, boolean healthy, int weight, int priority, @Nullable String zone) {
    return new MeshConfig.Endpoint(
        "e" + i, "127.0.0.1", 1000 + i, healthy, weight, null, priority, zone, null);
  }

  private static List<MeshConfig.Endpoint> equal(int count) {
    List<MeshConfig.Endpoint> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(endpoint(i, true, 1, 0, null));
    }
    return all;
  }

  private ServicePlan plan(
      List<MeshConfig.Endpoint> endpoints, ServicePolicy.Balance balance, long now) {
    MeshConfig.Service service =
        MeshConfig.Service.of("s", endpoints)
            .with(new ServicePolicy(balance, false, ServicePolicy.Access.ANY, List.of()));
    if (state == null) {
      state = new ServiceState(service, 1, 1, BreakerListener.NONE, OutlierListener.NONE);
    }
    return state.configure(service, now);
  }

  private double[] shares(ServicePlan plan, long now) {
    Balancer balancer = new Balancer(plan, 0);
    double[] shares = new double[plan.size()];
    for (int i = 0; i < PICKS; i++) {
      shares[balancer.pick(random, 0, Affinity.NONE, now)] += 1.0 / PICKS;
    }
    return shares;
  }

  private static ServicePolicy.Balance by(Algorithm algorithm) {
    return ServicePolicy.Balance.of(algorithm);
  }

  @Test
  void leastRequest_sharesFollowTheWeights() {
    List<MeshConfig.Endpoint> all =
        List.of(endpoint(0, true, 1, 0, null), endpoint(1, true, 3, 0, null));
    assertArrayEquals(
        new double[] {0.25, 0.75}, shares(plan(all, by(Algorithm.LEAST_REQUEST), 0), 0), 0.03);
  }

  @Test
  void roundRobin_isExact() {
    List<MeshConfig.Endpoint> all =
        List.of(
            endpoint(0, true, 1, 0, null),
            endpoint(1, true, 1, 0, null),
            endpoint(2, true, 2, 0, null));
    assertArrayEquals(
        new double[] {0.25, 0.25, 0.5}, shares(plan(all, by(Algorithm.ROUND_ROBIN), 0), 0), 0.001);
  }

  @Test
  void peakEwma_leavesASlowEndpoint_andOneThatFailsAtOnce() {
    ServicePlan plan = plan(equal(3), by(Algorithm.PEAK_EWMA), 0);
    long now = 0;
    for (int i = 0; i < 200; i++) {
      now += 10 * MILLI;
      plan.endpoint(0).onSuccess(0, 2 * MILLI, now);
      plan.endpoint(1).onSuccess(0, 200 * MILLI, now);
      plan.endpoint(2).latency(0).failure(0, now);
    }
    double[] shares = shares(plan, now);
    assertTrue(shares[0] > 0.6, "the fast one wins every pair it is in: " + shares[0]);
    assertTrue(shares[2] < 0.001, "failing fast is not being fast: " + shares[2]);
  }

  @Test
  void peakEwma_forgivesWithTime() {
    PeakEwma latency = new PeakEwma(0);
    latency.failure(0, 0);
    double before = latency.cost(0, 0);
    assertEquals(5e9, before, 1);
    assertTrue(latency.cost(0, 60 * SECOND) < before / 300);
  }

  @Test
  void hash_keepsAUser_andMovesFewWhenOneGoes() {
    ServicePolicy.Balance hash =
        new ServicePolicy.Balance(
            Algorithm.HASH,
            new HashKey(HashKey.Kind.HEADER, "x-user", null),
            Duration.ZERO,
            0.5,
            null);
    List<MeshConfig.Endpoint> all = equal(10);
    Balancer before = new Balancer(plan(all, hash, 0), 0);
    List<MeshConfig.Endpoint> less = new ArrayList<>(all);
    less.set(3, endpoint(3, false, 1, 0, null));
    Balancer after = new Balancer(plan(less, hash, 0), 0);
    int moved = 0;
    int[] users = new int[10];
    for (int i = 0; i < PICKS; i++) {
      long user = Affinity.mix(i + 1L);
      int was = before.pick(random, 0, user, 0);
      assertEquals(was, before.pick(random, 0, user, SECOND));
      users[was]++;
      int is = after.pick(random, 0, user, 0);
      assertTrue(is != 3);
      moved += was != 3 && was != is ? 1 : 0;
    }
    for (int count : users) {
      assertEquals(PICKS / 10.0, count, PICKS / 40.0, "users spread evenly");
    }
    assertTrue(moved < PICKS / 20, "moved without need: " + moved);
  }

  @Test
  void hash_triesAnotherEndpointAfterAFailure() {
    ServicePolicy.Balance hash =
        new ServicePolicy.Balance(
            Algorithm.HASH, new HashKey(HashKey.Kind.SOURCE, "", null), Duration.ZERO, 0.5, null);
    Balancer balancer = new Balancer(plan(equal(4), hash, 0), 0);
    int own = balancer.pick(random, 0, 99, 0);
    assertTrue(balancer.pick(random, 1L << own, 99, 0) != own);
  }

  @Test
  void slowStart_growsANewEndpointsShare() {
    ServicePolicy.Balance slow =
        new ServicePolicy.Balance(Algorithm.LEAST_REQUEST, null, Duration.ofSeconds(10), 0.5, null);
    plan(equal(1), slow, 0);
    ServicePlan plan = plan(equal(2), slow, SECOND);
    assertEquals(1 / 11.0, shares(plan, SECOND)[1], 0.03);
    assertEquals(1 / 3.0, shares(plan, 6 * SECOND)[1], 0.03);
    assertEquals(0.5, shares(plan, 20 * SECOND)[1], 0.03);
  }

  @Test
  void slowStart_countsFromTheRecoveryToo_andNotForTheFirstEndpoints() {
    ServicePolicy.Balance slow =
        new ServicePolicy.Balance(Algorithm.LEAST_REQUEST, null, Duration.ofSeconds(10), 0, null);
    ServicePlan first = plan(equal(2), slow, 0);
    assertEquals(0.5, shares(first, 0)[1], 0.03);
    List<MeshConfig.Endpoint> sick = new ArrayList<>(equal(2));
    sick.set(1, endpoint(1, false, 1, 0, null));
    assertEquals(0, shares(plan(sick, slow, SECOND), SECOND)[1], 0.001);
    assertEquals(1 / 11.0, shares(plan(equal(2), slow, 2 * SECOND), 2 * SECOND)[1], 0.03);
  }

  @Test
  void panic_usesAllBelowTheThreshold_andNobodyIfSwitchedOff() {
    List<MeshConfig.Endpoint> sick = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      sick.add(endpoint(i, i < 4, 1, 0, null));
    }
    assertEquals(0.1, shares(plan(sick, by(Algorithm.LEAST_REQUEST), 0), 0)[9], 0.03);
    ServicePolicy.Balance never =
        new ServicePolicy.Balance(Algorithm.LEAST_REQUEST, null, Duration.ZERO, 0, null);
    assertEquals(0.25, shares(plan(sick, never, 0), 0)[0], 0.03);
    List<MeshConfig.Endpoint> dead = List.of(endpoint(0, false, 1, 0, null));
    Balancer balancer = new Balancer(plan(dead, never, 0), 0);
    assertEquals(Balancer.NONE, balancer.pick(random, 0, Affinity.NONE, 0));
  }

  @Test
  void priorities_spillOnlyWhatTheFirstCannotBear() {
    List<MeshConfig.Endpoint> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(endpoint(i, i >= 2, 1, i / 10, null));
    }
    assertEquals(
        0, second(shares(plan(all, by(Algorithm.LEAST_REQUEST), 0), 0)), "8 of 10 bear it all");
    for (int i = 0; i < 5; i++) {
      all.set(i, endpoint(i, false, 1, 0, null));
    }
    assertEquals(
        0.3, second(shares(plan(all, by(Algorithm.LEAST_REQUEST), 0), 0)), 0.03, "1.4 · 5/10");
    for (int i = 0; i < 10; i++) {
      all.set(i, endpoint(i, false, 1, 0, null));
    }
    assertEquals(1, second(shares(plan(all, by(Algorithm.LEAST_REQUEST), 0), 0)), 0.001);
  }

  private static double second(double[] shares) {
    double sum = 0;
    for (int i = 10; i < 20; i++) {
      sum += shares[i];
    }
    return sum;
  }

  @Test
  void zone_keepsRequestsNear_andSpillsWhenItIsLost() {
    ServicePolicy.Balance here =
        new ServicePolicy.Balance(Algorithm.LEAST_REQUEST, null, Duration.ZERO, 0.5, "a");
    List<MeshConfig.Endpoint> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(endpoint(i, true, 1, 0, i < 10 ? "a" : "b"));
    }
    assertEquals(0, second(shares(plan(all, here, 0), 0)), 0.001);
    for (int i = 0; i < 6; i++) {
      all.set(i, endpoint(i, false, 1, 0, "a"));
    }
    assertEquals(1 - 0.56, second(shares(plan(all, here, 0), 0)), 0.03);
    for (int i = 0; i < 10; i++) {
      all.set(i, endpoint(i, false, 1, 0, "a"));
    }
    double[] lost = shares(plan(all, here, 0), 0);
    assertEquals(1, second(lost), 0.001, "a whole zone is gone, and half is no panic");
  }

  @Test
  void refusing_isLeftOutEvenInAPanic() {
    List<MeshConfig.Endpoint> all =
        List.of(
            endpoint(0, true, 1, 0, null),
            endpoint(1, false, 1, 0, null),
            endpoint(2, false, 1, 0, null));
    ServicePlan plan = plan(all, by(Algorithm.LEAST_REQUEST), 0);
    plan.endpoint(1).onRefused(0);
    assertEquals(0, shares(plan, 0)[1]);
    assertTrue(shares(plan, 0)[2] > 0.3);
  }

  @Test
  void second_isHealthyAndUntried_orNobody() {
    List<MeshConfig.Endpoint> all =
        List.of(
            endpoint(0, true, 1, 0, null),
            endpoint(1, true, 1, 0, null),
            endpoint(2, false, 1, 0, null));
    for (Algorithm algorithm : List.of(Algorithm.LEAST_REQUEST, Algorithm.ROUND_ROBIN)) {
      Balancer balancer = new Balancer(plan(all, by(algorithm), 0), 0);
      assertEquals(1, balancer.second(random, 1, Affinity.NONE, 0));
      assertEquals(0, balancer.second(random, 2, Affinity.NONE, 0));
      assertEquals(Balancer.NONE, balancer.second(random, 3, Affinity.NONE, 0));
    }
    List<MeshConfig.Endpoint> panic =
        List.of(endpoint(0, true, 1, 0, null), endpoint(1, false, 1, 0, null));
    Balancer balancer = new Balancer(plan(panic, by(Algorithm.LEAST_REQUEST), 1), 0);
    assertEquals(Balancer.NONE, balancer.second(random, 1, Affinity.NONE, 1));
  }
}
