package io.mamparo.resilience;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeadlineTest {
  /** Monotonic clocks may start anywhere and wrap. */
  @ParameterizedTest
  @ValueSource(longs = {0, -5, 1_000_000, Long.MAX_VALUE - 50, Long.MIN_VALUE + 10, -1})
  void arithmetic_holdsWhereverTheClockStands(long now) {
    long deadline = Deadline.after(now, 100);
    assertEquals(100, Deadline.remaining(deadline, now));
    assertFalse(Deadline.passed(deadline, now + 98));
    assertTrue(Deadline.passed(deadline, now + 100));
    assertEquals(0, Deadline.remaining(deadline, now + 500));
    assertEquals(deadline, Deadline.earlier(deadline, Deadline.after(now, 200)));
    assertEquals(deadline, Deadline.earlier(Deadline.after(now, 200), deadline));
    assertEquals(Deadline.after(now, 30), Deadline.ofTry(deadline, 30, now));
    assertEquals(deadline, Deadline.ofTry(deadline, 500, now));
    assertTrue(Deadline.allows(deadline, 50, now));
    assertFalse(Deadline.allows(deadline, 50, now + 60));
    assertEquals(80, Deadline.toForward(deadline, 20, now));
    assertEquals(0, Deadline.toForward(deadline, 200, now));
  }

  @Test
  void none_neverPassesAndGivesWayToAnyOther() {
    assertEquals(Deadline.NONE, Deadline.after(-7, Deadline.NONE));
    assertFalse(Deadline.passed(Deadline.NONE, Long.MIN_VALUE));
    assertEquals(Deadline.NONE, Deadline.remaining(Deadline.NONE, -3));
    assertEquals(42, Deadline.earlier(Deadline.NONE, 42));
    assertEquals(42, Deadline.earlier(42, Deadline.NONE));
    assertEquals(Deadline.NONE, Deadline.earlier(Deadline.NONE, Deadline.NONE));
    assertEquals(12, Deadline.ofTry(Deadline.NONE, 5, 7));
    assertTrue(Deadline.allows(Deadline.NONE, Long.MAX_VALUE, 0));
    assertEquals(Deadline.NONE, Deadline.toForward(Deadline.NONE, 5, 0));
  }

  @Test
  void aDeadlineThatWouldFallOnNone_isNotNone() {
    long deadline = Deadline.after(Long.MAX_VALUE - 100, 100);
    assertFalse(deadline == Deadline.NONE);
    assertTrue(Deadline.passed(deadline, Long.MAX_VALUE));
  }

  @Test
  void aTimeoutOfNothing_hasPassed() {
    assertTrue(Deadline.passed(Deadline.after(5, 0), 5));
    assertTrue(Deadline.passed(Deadline.after(5, -100), 5));
  }
}
