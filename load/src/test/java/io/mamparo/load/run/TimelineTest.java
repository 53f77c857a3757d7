package io.mamparo.load.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.load.Figures;
import io.mamparo.load.Second;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private static final long START = -12_345;
  private static final long MS = 1_000_000;
  private final Timeline timeline = new Timeline(START, 5_000 * MS);

  private void request(long intendedMs, long tookMs, boolean ok) {
    long intended = START + intendedMs * MS;
    timeline.sent(intended);
    timeline.ended(intended, intended + tookMs * MS, ok);
  }

  @Test
  void requests_belongToTheSecondInWhichTheyShouldHaveStarted() {
    request(100, 10, true);
    request(900, 2_500, false);
    request(1_000, 10, true);
    List<Second> seconds = timeline.seconds(10);
    assertEquals(2, seconds.size());
    assertEquals(
        new Second(0, 2, 1, 1, seconds.get(0).p50(), seconds.get(0).p99()), seconds.get(0));
    assertEquals(10, seconds.get(0).p50(), 0.2);
    assertEquals(2_500, seconds.get(0).p99(), 30);
    assertEquals(1, seconds.get(1).sent());
  }

  @Test
  void between_countsToTheTenthOfASecond() {
    for (int ms = 0; ms < 3_000; ms += 10) {
      request(ms, 5, ms >= 1_500);
    }
    Figures figures = timeline.between(1_400 * MS, 1_700 * MS);
    assertEquals(30, figures.sent());
    assertEquals(20, figures.ok());
    assertEquals(10, figures.failed());
    assertEquals(1 / 3.0, figures.failureRatio(), 1e-9);
    assertEquals(300, timeline.between(0, 3_000 * MS).sent());
    assertEquals(0, timeline.between(3_000 * MS, 9_000 * MS).sent());
  }

  @Test
  void oldSeconds_arePackedAndStillAddUp() {
    for (int second = 0; second < 60; second++) {
      request(second * 1_000L, second < 30 ? 10 : 100, true);
    }
    timeline.ended(START + 5_000 * MS, START + 60_000 * MS, false);
    Figures figures = timeline.between(0, 60_000 * MS);
    assertEquals(61, figures.latency().getTotalCount());
    assertEquals(1, figures.failed());
    assertEquals(10, figures.percentile(40), 0.2);
    assertEquals(100, figures.percentile(90), 1.5);
  }

  @Test
  void theLastHour_isKept() {
    for (int second = 0; second < 5_000; second++) {
      request(second * 1_000L, 1, true);
    }
    List<Second> seconds = timeline.seconds(Integer.MAX_VALUE);
    assertEquals(Timeline.KEPT, seconds.size());
    assertEquals(4_999, seconds.getLast().t());
    timeline.ended(START + 7 * MS, START + 5_000_000 * MS, false);
  }

  @Test
  void firstSuccess_isFoundByWhenItEnded() {
    request(1_000, 10, true);
    request(2_000, 10, false);
    request(2_100, 1_350, true);
    assertEquals(1_100 * MS, timeline.firstSuccessFrom(0));
    assertEquals(3_500 * MS, timeline.firstSuccessFrom(1_200 * MS));
    assertEquals(-1, timeline.firstSuccessFrom(3_500 * MS));
  }
}
