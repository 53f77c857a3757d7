package io.mamparo.mesh.choose;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.mesh.MeshConfig;
import io.mamparo.mesh.RouteMatch;
import io.mamparo.mesh.RouteMatch.Wanted;
import io.mamparo.mesh.RouteRules;
import io.mamparo.mesh.RouteRules.HashKey;
import io.mamparo.wire.http.HeadLimits;
import io.mamparo.wire.http.HeadWriter;
import io.mamparo.wire.http.Progress;
import io.mamparo.wire.http.RequestHead;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTableTest {
  private static final byte[] NOWHERE = {};

  private static RequestHead head(String line, String... headers) {
    RequestHead head = new RequestHead();
    String text = line + " HTTP/1.1\r\nHost: cars.example.org:8080\r\n";
    for (String header : headers) {
      text += header + "\r\n";
    }
    Progress progress =
        head.feed(
            Unpooled.copiedBuffer(text + "\r\n", ISO_8859_1), new HeadLimits(32_768, 100, 8_192));
    assertEquals(Progress.DONE, progress);
    return head;
  }

  private static RouteMatch path(String path) {
    return RouteMatch.of(null, path, Map.of());
  }

  private static RouteMatch match(Set<String> methods, List<Wanted> headers, List<Wanted> query) {
    return new RouteMatch(null, "/*", false, methods, headers, query);
  }

  private static @Nullable String matched(RouteMatch match, RequestHead head) {
    MeshConfig.Route route =
        new MeshConfig.Route("r", match, List.of(new MeshConfig.Target("s", 1)), RouteRules.NONE);
    Route found = new RouteTable(List.of(route), Map.of("s", 0)).match(head);
    return found == null ? null : found.id();
  }

  private static Route only(RouteMatch match, RouteRules rules) {
    return new RouteTable(
            List.of(
                new MeshConfig.Route("r", match, List.of(new MeshConfig.Target("s", 1)), rules)),
            Map.of("s", 0))
        .route(0);
  }

  @ParameterizedTest
  @CsvSource({
    "/car, false, /car, true",
    "/car, false, /cars, false",
    "/car*, false, /cars/1, true",
    "/car/{id}, false, /car/7, true",
    "/car/{id}, false, /car/7/x, false",
    "/car/[0-9]+(/parts)?, true, /car/7/parts, true",
    "/car/[0-9]+(/parts)?, true, /car/x, false",
    "/car/[0-9]+, true, /car/7/parts, false",
  })
  void match_followsThePath(String path, boolean regex, String request, boolean matches) {
    RouteMatch match = new RouteMatch(null, path, regex, Set.of(), List.of(), List.of());
    assertEquals(matches ? "r" : null, matched(match, head("GET " + request)));
  }

  @Test
  void regex_thatWouldBacktrackForever_answersAtOnce() {
    RouteMatch match = new RouteMatch(null, "/(a+)+b", true, Set.of(), List.of(), List.of());
    long began = System.nanoTime();
    assertEquals(null, matched(match, head("GET /" + "a".repeat(2_000))));
    assertTrue(System.nanoTime() - began < Duration.ofSeconds(5).toNanos());
  }

  @Test
  void match_followsTheMethod() {
    RouteMatch match = match(Set.of("GET", "PURGE"), List.of(), List.of());
    assertEquals("r", matched(match, head("GET /")));
    assertEquals("r", matched(match, head("PURGE /")));
    assertEquals(null, matched(match, head("POST /")));
  }

  @ParameterizedTest
  @CsvSource({
    "EXACT, 1, X-Beta: 1, true",
    "EXACT, 1, X-Beta: 12, false",
    "PREFIX, 1, X-Beta: 12, true",
    "PREFIX, 2, X-Beta: 12, false",
    "REGEX, [0-9]+, X-Beta: 12, true",
    "REGEX, [0-9]+, X-Beta: 1a, false",
    "PRESENT, '', X-Beta: any, true",
    "PRESENT, '', X-Other: any, false",
    "ABSENT, '', X-Other: any, true",
    "ABSENT, '', X-Beta: any, false",
  })
  void match_followsAHeader(RouteMatch.Test test, String value, String header, boolean matches) {
    RouteMatch match = match(Set.of(), List.of(new Wanted("x-beta", test, value)), List.of());
    assertEquals(matches ? "r" : null, matched(match, head("GET /", header)));
  }

  @ParameterizedTest
  @CsvSource({
    "EXACT, 1, /?a=2&beta=1&c, true",
    "EXACT, 1, /?xbeta=1, false",
    "EXACT, 1, /, false",
    "EXACT, '', /?beta, true",
    "PRESENT, '', /?beta, true",
    "ABSENT, '', /?beta=, false",
    "ABSENT, '', /, true",
    "PREFIX, ab, /?beta=abc, true",
  })
  void match_followsTheQuery(RouteMatch.Test test, String value, String target, boolean matches) {
    RouteMatch match = match(Set.of(), List.of(), List.of(new Wanted("beta", test, value)));
    assertEquals(matches ? "r" : null, matched(match, head("GET " + target)));
  }

  @ParameterizedTest
  @CsvSource({
    "/old*, /new*, /old/1?q=2, /new/1?q=2",
    "/old/*, /*, /old/1, /1",
    "/car/{id}/part/{n}, /v2/{n}/of/{id}, /car/7/part/9?x, /v2/9/of/7?x",
    "/exact, /other, /exact?q, /other?q",
    "/exact, /all*, /exact, /all/exact",
  })
  void rewrite_makesTheTarget(String path, String to, String request, String made) {
    RouteRules rules =
        new RouteRules(
            RouteRules.Tries.NONE,
            null,
            new RouteRules.Rewrite(to, null),
            RouteRules.HeaderEdits.NONE,
            RouteRules.HeaderEdits.NONE,
            null,
            null);
    RequestHead head = head("GET " + request);
    only(path(path), rules).rewrite(head, new HeadWriter());
    assertEquals(made, text(head, head.sentStart(), head.sentEnd()));
    assertEquals(
        request, text(head, head.pathStart(), head.targetEnd()), "what was sent stays known");
  }

  private static String text(RequestHead head, int from, int to) {
    return new String(head.bytes(), from, to - from, ISO_8859_1);
  }

  @Test
  void redirect_neverLeadsToAHostOfTheClientsChoice() {
    RouteRules rules =
        new RouteRules(
            RouteRules.Tries.NONE,
            new RouteRules.Redirect("/*", 308),
            null,
            RouteRules.HeaderEdits.NONE,
            RouteRules.HeaderEdits.NONE,
            null,
            null);
    assertEquals(
        "/evil.example", only(path("/old/*"), rules).location(head("GET /old//evil.example")));
  }

  @Test
  void edits_replaceAddAndRemoveFields() {
    RouteRules rules =
        new RouteRules(
            RouteRules.Tries.NONE,
            null,
            null,
            new RouteRules.HeaderEdits(
                Map.of("x-set", "new"), Map.of("x-more", "2"), List.of("x-gone")),
            RouteRules.HeaderEdits.NONE,
            null,
            null);
    RequestHead head = head("GET /", "X-Set: old", "X-Gone: 1", "X-More: 1");
    only(path("/*"), rules).rewrite(head, new HeadWriter());
    HeadWriter out = new HeadWriter();
    out.fields(head.fields(), io.mamparo.wire.http.Field.NOMINATED.bit());
    assertEquals(
        "Host: cars.example.org:8080\r\nX-More: 1\r\nx-set: new\r\nx-more: 2\r\n",
        new String(out.toBytes(), ISO_8859_1));
  }

  @Test
  void affinity_isTheSameForTheSameUserOnly() {
    Affinity cookie = affinity(new HashKey(HashKey.Kind.COOKIE, "id", Duration.ofDays(1)));
    long mine = cookie.of(head("GET /", "Cookie: a=b; id=me; c=d"), NOWHERE);
    assertEquals(mine, cookie.of(head("POST /x", "Cookie: id=me"), NOWHERE));
    assertNotEquals(mine, cookie.of(head("GET /", "Cookie: id=you"), NOWHERE));
    assertEquals(Affinity.NONE, cookie.of(head("GET /", "Cookie: xid=me; id2=me"), NOWHERE));
    Affinity header = affinity(new HashKey(HashKey.Kind.HEADER, "x-user", null));
    assertEquals(
        header.of(head("GET /", "X-User: 1"), NOWHERE),
        header.of(head("GET /a", "x-user:   1"), NOWHERE));
    assertEquals(Affinity.NONE, header.of(head("GET /"), NOWHERE));
  }

  @Test
  void affinity_anIssuedCookieCountsLikeOneThatCameBack() {
    Affinity cookie = affinity(new HashKey(HashKey.Kind.COOKIE, "id", Duration.ZERO));
    long value = 0xfeedL;
    assertEquals(
        cookie.ofIssued(value),
        cookie.of(head("GET /", "Cookie: id=" + String.format("%016x", value)), NOWHERE));
  }

  private static Affinity affinity(HashKey key) {
    return java.util.Objects.requireNonNull(Affinity.of(key));
  }
}
