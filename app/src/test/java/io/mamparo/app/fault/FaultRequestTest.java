package io.mamparo.app.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultRequestTest {
  private static FaultRequest parse(String json) throws IOException {
    return FaultRequest.parse((ObjectNode) new ObjectMapper().readTree(json.replace('\'', '"')));
  }

  static Stream<Arguments> kinds() {
    return Stream.of(
        Arguments.of(
            "{'kind':'kill-replica','service':'a','replica':1}",
            new FaultRequest.KillReplica("a", 1)),
        Arguments.of("{'kind':'stop-replica','service':'a'}", new FaultRequest.StopReplica("a", 0)),
        Arguments.of(
            "{'kind':'slow-replica','service':'a','replica':0,'delay':'200ms'}",
            new FaultRequest.SlowReplica("a", 0, Duration.ofMillis(200))),
        Arguments.of("{'kind':'kill-database','database':'d'}", new FaultRequest.KillDatabase("d")),
        Arguments.of("{'kind':'stop-database','database':'d'}", new FaultRequest.StopDatabase("d")),
        Arguments.of(
            "{'kind':'slow-database','database':'d','delay':'1s'}",
            new FaultRequest.SlowDatabase("d", Duration.ofSeconds(1))),
        Arguments.of(
            "{'kind':'delay','from':'ingress','to':'a','delay':'1s','percent':'50%'}",
            new FaultRequest.Delay("ingress", "a", Duration.ofSeconds(1), 0.5)),
        Arguments.of(
            "{'kind':'abort','to':'a','status':500,'percent':10}",
            new FaultRequest.Abort("*", "a", 500, 0.1)),
        Arguments.of(
            "{'kind':'exhaust-pool','service':'a','hold':'2s'}",
            new FaultRequest.ExhaustPool("a", Duration.ofSeconds(2))));
  }

  @Test
  void itsTime_isReadAndMayBeMissing() throws IOException {
    ObjectMapper json = new ObjectMapper();
    assertEquals(
        Duration.ofMillis(1500),
        FaultRequest.lasting((ObjectNode) json.readTree("{\"for\": \"1500ms\"}")));
    assertNull(FaultRequest.lasting(json.createObjectNode()));
    assertThrows(Problem.class, () -> FaultRequest.lasting(json.createObjectNode().put("for", 3)));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyKind_isRead(String json, FaultRequest expected) throws IOException {
    assertEquals(expected, parse(json));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'kind':'explode'}",
        "{'kind':'kill-replica'}",
        "{'kind':'kill-replica','service':'a','replica':'one'}",
        "{'kind':'delay','to':'a','delay':'fast'}",
        "{'kind':'delay','to':'a','delay':'1s','percent':'many'}"
      })
  void whatIsNoFault_isRefusedWithARemedy(String json) {
    Problem problem = assertThrows(Problem.class, () -> parse(json));
    assertTrue(problem.remedy().length() > 3, problem.forUser());
  }

  @Test
  void share_ofASlowDatabase_isWithinBounds() {
    assertEquals(0.5, FaultBoard.share(Duration.ofMillis(50)));
    assertTrue(FaultBoard.share(Duration.ofHours(1)) > 0);
    assertTrue(FaultBoard.share(Duration.ZERO) < 1);
  }
}
