package io.mamparo.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsProgram({"chromium", "chromedriver"})
class OverviewIT {

  private static FixtureApi api;
  private static Browser browser;

  @BeforeAll
  static void start() {
    api = FixtureApi.start();
    browser = new Browser();
  }

  @AfterAll
  static void stop() {
    browser.close();
    api.close();
  }

  @BeforeEach
  void open() {
    api.show(FixtureStack.company(false));
    api.silent(false);
    browser.size(1440, 1000);
    browser.open(api.url() + "/");
    await("figures", () -> !browser.text("#tile-rate").isEmpty());
  }

  private static void await(String what, Callable<Boolean> condition) {
    Await.until(what, Browser.PATIENCE, condition);
  }

  /** What the fixture said of the ingress in the last seconds. */
  private static List<Double> recentRates() {
    long now = System.currentTimeMillis() / 1_000;
    return LongStream.rangeClosed(now - 5, now)
        .mapToObj(s -> api.world().overview(s).path("nodes").path(1).path("rps").asDouble())
        .toList();
  }

  @Test
  void figures_areThoseOfTheControlApi() {
    double shown = Double.parseDouble(browser.text("#tile-rate").replace("/s", ""));
    List<Double> sent = recentRates();
    assertTrue(sent.stream().anyMatch(r -> Math.abs(r - shown) <= 0.5), shown + " in " + sent);
    assertEquals("rental-production", browser.text("#stack"));
    assertEquals("0", browser.text("#tile-slos"));
    assertEquals("0", browser.text("#tile-faults"));
  }

  @Test
  void map_showsEveryNodeAndEdge_withItsFigures() {
    assertEquals(12, browser.count("service-map .node"));
    assertEquals(14, browser.count("service-map .edge-line"));
    String search = label("http/search");
    assertTrue(
        search.matches("Service search: [\\d.]+/s, [\\d.<]+% errors, p99 \\d+.ms, 4 of 4 .*"),
        search);
    assertTrue(label("database/cars").startsWith("Database cars:"));
    assertTrue(browser.has(".node-visitor"));
    assertTrue(browser.text("service-map").contains("built-in visitor"));
  }

  private static String label(String node) {
    return browser
        .js("return document.querySelector(`[data-node='${arguments[0]}']`).ariaLabel", node)
        .toString();
  }

  @Test
  void figures_moveWithoutAReload() {
    browser.js("window.same = true; return 1");
    String before = browser.text("#tile-rate") + label("http/cars");
    await("new figures", () -> !before.equals(browser.text("#tile-rate") + label("http/cars")));
    assertEquals(true, browser.js("return window.same"));
  }

  @Test
  void figuresThatMove_neverMoveTheMap() {
    String places = places();
    String before = label("http/cars");
    await("new figures", () -> !before.equals(label("http/cars")));
    assertEquals(places, places());
  }

  private static String places() {
    return browser
        .js("return [...document.querySelectorAll('.node')].map(n => n.getAttribute('transform'))")
        .toString();
  }

  @Test
  void incident_isSaidInWordsWhereItHappens() {
    api.show(FixtureStack.company(true));
    await("alarms", () -> browser.text("#attention").contains("payments is not ready."));
    String attention = browser.text("#attention");
    assertTrue(attention.contains("no replica passes its health check: GET /health: 503"));
    assertTrue(attention.contains("The breaker from bookings to payments is open."), attention);
    assertTrue(attention.contains("The budget is overspent by 42%"), attention);
    assertTrue(attention.contains("search runs on 3 of 4 replicas."), attention);
    assertTrue(attention.contains("Fault on purpose: abort"), attention);
    assertEquals("2", browser.text("#tile-slos"));
    assertEquals("1", browser.text("#tile-faults"));
    assertTrue(browser.has(".edge-open"));
    assertTrue(browser.text("#facts").contains("not everything is ready"));
  }

  @Test
  void lostConnection_isSaidWithItsTime_andHealsByItself() {
    browser.js("window.same = true; return 1");
    api.stop();
    try {
      await("banner", () -> browser.has("#connection-lost"));
      String banner = browser.text("#connection-lost");
      assertTrue(
          banner.matches("(?s).*Connection to Mamparo lost since \\d\\d:\\d\\d:\\d\\d\\..*"),
          banner);
      assertTrue(banner.contains("What you see is from"), banner);
      assertTrue(browser.text("#live").startsWith("Lost"), browser.text("#live"));
      assertTrue(browser.has("body[data-stale]"));
      browser.screenshot("overview-connection-lost");
    } finally {
      api.restart();
    }
    await("live again", () -> browser.text("#live").equals("Live"));
    assertFalse(browser.has("#connection-lost"));
    assertFalse(browser.has("body[data-stale]"));
    assertEquals(true, browser.js("return window.same"));
    browser.problems(p -> true);
  }

  @Test
  void silentConnection_isCalledStale() {
    api.silent(true);
    await("stale", () -> browser.has("#connection-stale"));
    assertTrue(browser.text("#connection-stale").contains("No new figures since"));
    assertTrue(browser.text("#live").startsWith("Stale"));
    api.silent(false);
    await("live again", () -> browser.text("#live").equals("Live"));
    assertFalse(browser.has("#connection-stale"));
  }

  @Test
  void stackWithoutTraffic_saysHowToMakeSome() {
    api.show(FixtureStack.quiet());
    await("empty state", () -> browser.text("#page").contains("No traffic yet"));
    assertTrue(browser.text("#page").contains("curl http://127.0.0.1:8080"));
  }

  @Test
  void manyServices_fitAndCanBeZoomed() {
    api.show(FixtureStack.many());
    await("sixty nodes", () -> browser.count("service-map .node") == 61);
    Number before = (Number) browser.js("return document.querySelector('.map').clientWidth");
    browser.press("+");
    await(
        "zoomed",
        () ->
            ((Number) browser.js("return document.querySelector('.map').clientWidth")).doubleValue()
                > before.doubleValue());
    assertEquals(
        true, browser.js("return document.documentElement.scrollWidth <= window.innerWidth"));
    browser.press("0");
    browser.screenshot("overview-many-services");
  }
}
