package io.mamparo.app.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.mamparo.mesh.Reason;
import io.mamparo.telemetry.Outcome;
import org.junit.jupiter.api.Test;

class OutcomesTest {
  @Test
  void http_everyReasonHasAnOutcome() {
    for (Reason reason : Reason.values()) {
      assertNotNull(HttpEvents.outcome(reason, reason.status()));
    }
  }

  @Test
  void http_refusalsAndTimeoutsAreToldApartFromErrors() {
    assertEquals(Outcome.OK, HttpEvents.outcome(Reason.NONE, 201));
    assertEquals(Outcome.CLIENT_ERROR, HttpEvents.outcome(Reason.NONE, 404));
    assertEquals(Outcome.SERVER_ERROR, HttpEvents.outcome(Reason.FAULT_ABORT, 500));
    assertEquals(Outcome.REFUSED, HttpEvents.outcome(Reason.BREAKER_OPEN, 503));
    assertEquals(Outcome.TIMEOUT, HttpEvents.outcome(Reason.DEADLINE, 504));
    assertEquals(Outcome.ABANDONED, HttpEvents.outcome(Reason.CLIENT_GONE, 499));
  }

  @Test
  void sql_aFullPoolIsARefusalAndAFullServerAnError() {
    assertEquals(Outcome.OK, SqlEvents.outcome(null, 1));
    assertEquals(Outcome.REFUSED, SqlEvents.outcome("53300", 0));
    assertEquals(Outcome.SERVER_ERROR, SqlEvents.outcome("53300", 1_000));
    assertEquals(Outcome.CLIENT_ERROR, SqlEvents.outcome("23505", 1_000));
  }

  @Test
  void databaseNames_cannotCollideWithServices() {
    assertEquals("database.cars", Nodes.database("cars"));
    assertEquals("cars", Nodes.plain(Nodes.database("cars")));
    assertEquals("cars", Nodes.plain("cars"));
  }
}
