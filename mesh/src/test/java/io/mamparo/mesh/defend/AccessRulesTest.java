package io.mamparo.mesh.defend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.mesh.ServicePolicy.Access;
import io.mamparo.mesh.ServicePolicy.Access.Mode;
import io.mamparo.mesh.ServicePolicy.Allow;
import io.mamparo.mesh.defend.AccessRules.Verdict;
import io.mamparo.wire.http.HeadLimits;
import io.mamparo.wire.http.RequestHead;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
  private static final List<Allow> RULES =
      List.of(
          new Allow(Set.of("rentals"), Set.of("GET", "HEAD"), List.of("/cars*")),
          new Allow(Set.of("ingress"), Set.of(), List.of("/cars/{id}/book")),
          new Allow(Set.of("admin"), Set.of(), List.of()));

  private static RequestHead head(String line) {
    RequestHead head = new RequestHead();
    head.feed(
        Unpooled.copiedBuffer(line + " HTTP/1.1\r\nHost: a\r\n\r\n", ISO_8859_1),
        new HeadLimits(32_768, 100, 8_192));
    return head;
  }

  @ParameterizedTest
  @CsvSource({
    "rentals, GET /cars/1, ALLOWED",
    "rentals, GET /cars?q=1, ALLOWED",
    "rentals, POST /cars/1, DENIED",
    "rentals, GET /other, DENIED",
    "ingress, POST /cars/1/book, ALLOWED",
    "ingress, POST /cars/1/2/book, DENIED",
    "admin, DELETE /anything, ALLOWED",
    "stranger, GET /cars, DENIED",
  })
  void judge_followsCallerMethodAndPath(String caller, String line, Verdict expected) {
    assertEquals(expected, new AccessRules(new Access(Mode.ON, RULES)).judge(caller, head(line)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/cars/../admin",
        "/cars/%2e%2e/admin",
        "/cars/%2E./admin",
        "/cars//admin",
        "/cars/..%2fadmin",
        "/cars/%252e%252e/admin",
        "/cars/..;/admin",
        "/cars/.",
        "/cars/%5c..%5cadmin",
        "/cars/a%00b",
      })
  void judge_allowsNoPathThatAServerCouldTakeForAnother(String path) {
    AccessRules rules = new AccessRules(new Access(Mode.ON, RULES));
    assertEquals(Verdict.DENIED, rules.judge("rentals", head("GET " + path)));
  }

  @Test
  void judge_deniesAllWithoutRules_onlyTellsInADryRun_andAllowsAllWhenOff() {
    RequestHead head = head("GET /");
    assertEquals(Verdict.DENIED, new AccessRules(new Access(Mode.ON, List.of())).judge("a", head));
    assertEquals(
        Verdict.WOULD_DENY, new AccessRules(new Access(Mode.DRY_RUN, List.of())).judge("a", head));
    assertEquals(
        Verdict.ALLOWED, new AccessRules(new Access(Mode.OFF, List.of())).judge("a", head));
  }
}
