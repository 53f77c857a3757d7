package io.mamparo.console;

import static io.mamparo.console.Stage.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsProgram({"chromium", "chromedriver"})
class PagesIT {

  private static Stage stage;
  private static Browser browser;

  @BeforeAll
  static void start() {
    stage = new Stage();
    browser = stage.browser;
    browser.size(1440, 1100);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @BeforeEach
  void incident() {
    stage.api.show(FixtureStack.company(true));
  }

  @SuppressWarnings("unchecked")
  private static List<String> column(String section, int n) {
    return (List<String>)
        browser.js(
            "return [...document.querySelectorAll(`[aria-labelledby='${arguments[0]}'] tbody"
                + " tr:not(.details) td:nth-child(${arguments[1]})`)].map(c => c.innerText.trim())",
            section,
            n);
  }

  @Test
  void service_showsStateCallersCalleesReplicasAndTraces() {
    stage.open("/services/payments");
    assertTrue(browser.title().startsWith("payments · Service · Mamparo"), browser.title());
    String state = browser.text("[aria-label=State]");
    assertTrue(state.contains("not ready") && state.contains("0 of 2 healthy"), state);
    assertTrue(state.contains("no replica passes its health check"), state);
    assertEquals(List.of("bookings"), column("edges-in", 1));
    assertEquals(List.of("open"), column("edges-in", 8));
    assertEquals(List.of("bank", "ledger"), column("edges-out", 1));
    assertEquals(List.of("41200", "41207"), column("replicas-title", 5));
    assertEquals(List.of("crash-loop", "crash-loop"), column("replicas-title", 2));
    assertEquals(List.of("ejected", "ejected"), column("replicas-title", 4));
    assertEquals(List.of("6", "6"), column("replicas-title", 8));
    assertEquals(3, browser.count("time-chart canvas"));
    await("errors kept", () -> column("failed-title", 1).size() == 8);
    List<String> slowest = column("slow-title", 2);
    assertEquals(8, slowest.size());
    assertTrue(slowest.get(0).startsWith("6") || slowest.get(0).startsWith("5"), slowest::toString);
  }

  @Test
  void service_rangeOfItsGraphsIsKeptInTheAddress() {
    stage.open("/services/cars");
    browser.js(
        "[...document.querySelectorAll('.segment')].find(b => b.innerText === '1h').click()");
    assertTrue(browser.address().endsWith("?window=1h"), browser.address());
    await(
        "an hour of figures",
        () -> stage.browser.requested().stream().anyMatch(u -> u.endsWith("/cars?window=1h")));
    stage.open("/services/cars?window=1h");
    assertEquals("1h", browser.text(".segment[aria-pressed=true]"));
  }

  @Test
  void graph_tellsItsFiguresInWordsAndMovesItsCursorByKey() {
    stage.open("/services/cars");
    String summary =
        browser.js("return document.querySelector('.chart-plot').ariaLabel").toString();
    assertTrue(summary.matches("Graph of Rate: requests [\\d.]+/s, between .*"), summary);
    assertEquals("now", browser.text("time-chart .chart-when"));
    browser.js("document.querySelector('.chart-plot').focus()");
    browser.press(org.openqa.selenium.Keys.ARROW_LEFT);
    await("a time", () -> browser.text("time-chart .chart-when").matches("\\d\\d:\\d\\d:\\d\\d"));
    String first = browser.text("time-chart .chart-when");
    assertEquals(first, browser.text("time-chart:last-child .chart-when"), "one cursor for all");
  }

  @Test
  void database_showsPoolsWhoWaitsAndStatements() {
    stage.open("/databases/cars");
    assertEquals(2, column("pools-title", 1).size());
    assertTrue(column("pools-title", 1).get(0).contains("search_cars"));
    assertEquals("14", column("pools-title", 6).get(0));
    assertEquals("812 ms", column("pools-title", 7).get(0).replace('\u00a0', ' '));
    assertEquals("231", column("pools-title", 8).get(0));
    assertTrue(
        browser
            .js("return document.querySelector('.pool-use .meter').ariaLabel")
            .toString()
            .contains("14 active and 0 idle of at most 14: all are in use"));
    assertEquals(14, column("statements-title", 1).size());
  }

  @Test
  void database_showsWhoHoldsWhatAndPinsByCause() {
    stage.open("/databases/cars");
    List<String> states = column("holders-title", 2);
    assertEquals(List.of("idle in transaction", "pinned", "waiting"), states);
    assertEquals("4712", column("holders-title", 5).getFirst());
    assertTrue(column("holders-title", 6).get(1).startsWith("LISTEN"));
    assertTrue(
        browser.text("[aria-labelledby='holders-title'] .panel-head").contains("1 by LISTEN"));
  }

  @Test
  void statements_areSortedByAColumnAndUnfoldToTheirFullText() {
    stage.open("/databases/cars");
    browser.js(
        "[...document.querySelectorAll(\"[aria-labelledby='statements-title'] .sort\")]"
            + ".find(b => b.innerText.startsWith('Calls')).click()");
    assertEquals(
        "descending",
        browser.js(
            "return document.querySelector("
                + "\"[aria-labelledby='statements-title'] th:nth-child(4)\").ariaSort"));
    List<Integer> calls =
        column("statements-title", 4).stream()
            .map(c -> Integer.valueOf(c.replace(",", "")))
            .toList();
    assertEquals(calls.stream().sorted((a, b) -> b - a).toList(), calls);
    browser.click("[aria-labelledby='statements-title'] .unfold");
    assertTrue(browser.text("tr.details pre").endsWith("order by b.pick_up desc limit $3"));
    String open = browser.text("tr.details pre");
    String before = column("statements-title", 4).toString();
    await("new figures", () -> !before.equals(column("statements-title", 4).toString()));
    assertEquals(open, browser.text("tr.details pre"), "stays open while figures move");
  }

  @Test
  void slos_leastBudgetFirst() {
    stage.open("/slos");
    List<?> left =
        (List<?>)
            browser.js(
                "return [...document.querySelectorAll('.budget b')].map(b =>"
                    + " parseFloat(b.innerText))");
    assertEquals(12, left.size());
    assertEquals(-42.0, ((Number) left.get(0)).doubleValue());
    List<Double> figures = left.stream().map(x -> ((Number) x).doubleValue()).toList();
    assertEquals(figures.stream().sorted().toList(), figures);
  }

  @Test
  void slo_explainsBudgetAndBurnRates() {
    stage.open("/slos/payments");
    String text = browser.text("[aria-labelledby=slo-availability]");
    assertTrue(text.contains("Promised: 99.9% of requests succeed, over 30 days."), text);
    assertTrue(text.contains("The budget is overspent by 42%"), text);
    assertTrue(text.contains("1h and 5m") && text.contains("14.4×"), text);
    assertEquals(4, column("slo-availability", 2).size());
    assertEquals(List.of("firing", "firing", "quiet", "firing"), column("slo-availability", 2));
    assertEquals(List.of("quiet", "quiet", "quiet", "quiet"), column("slo-latency", 2));
    assertEquals(4, browser.count("time-chart canvas"));
  }

  @Test
  void traces_searchIsTheAddress() {
    stage.open("/traces");
    assertEquals("The newest 100 traces", browser.text("#found-title"));
    browser.click("[name=error]");
    await("errors only", () -> browser.text("#found-title").equals("18 traces"));
    assertTrue(browser.address().contains("error=true"), browser.address());
    browser.find("#q").sendKeys("PATCH\n");
    await("fewer", () -> browser.address().contains("q=PATCH"));
    await("patches", () -> column("found-title", 1).stream().allMatch(r -> r.startsWith("PATCH")));
    assertFalse(column("found-title", 1).isEmpty());
    browser.back();
    await("back", () -> browser.text("#found-title").equals("18 traces"));
  }

  @Test
  void gamedays_showVerdictsAndTheirReports() {
    stage.open("/gamedays");
    assertTrue(browser.text("#page").contains("database killed"));
    assertTrue(browser.text("#page").contains("did not hold"));
    assertTrue(browser.text("#page").contains("Fault") || browser.text("#page").contains("abort"));
    stage.open("/gamedays/database-killed");
    assertEquals("database killed", browser.text("h1"));
    assertEquals("", browser.js("return document.querySelector('iframe').getAttribute('sandbox')"));
  }

  @Test
  void whatIsUnknown_saysSoAndWhatToDo() {
    browser.open(stage.api.url() + "/services/nobody");
    await("the error", () -> browser.text("#page").contains("there is none of that name"));
    assertTrue(browser.text("#page").contains("see /v1/status"));
  }
}
