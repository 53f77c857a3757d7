package io.mamparo.console;

import static io.mamparo.console.Stage.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NeedsProgram({"chromium", "chromedriver"})
class SafetyIT {

  private Stage stage;
  private Browser browser;

  @BeforeEach
  void start() {
    stage = new Stage();
    browser = stage.browser;
    browser.size(1440, 1000);
  }

  @AfterEach
  void stop() {
    stage.close();
  }

  private static String encoded(String name) {
    return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Test
  void everyPage_asksNobodyElse_andComplainsOfNothing() {
    for (String page : Stage.PAGES) {
      stage.open(page);
    }
    List<String> foreign =
        browser.requested().stream()
            .filter(url -> !url.startsWith(stage.api.url() + "/") && !ofTheBrowser(url))
            .toList();
    assertEquals(List.of(), foreign);
    assertTrue(browser.requested().size() > 50, "the log of requests works");
    assertEquals(List.of(), browser.problems(SafetyIT::expected));
  }

  /** Its own new-tab page, from its own files. */
  private static boolean ofTheBrowser(String url) {
    return url.startsWith("data:") || url.startsWith("chrome://") || url.startsWith("about:");
  }

  /** The page that does not exist answers 404, and the report's script is refused: both wanted. */
  private static boolean expected(String problem) {
    return problem.contains("/nothing - Failed to load resource")
        || (problem.contains("report.html") && problem.contains("Blocked script execution"));
  }

  @Test
  void hostileNames_areTextEverywhere() {
    stage.api.show(FixtureStack.hostile());
    String service = stage.api.world().stack().nodes().get(1).name();
    String database = stage.api.world().stack().nodes().get(2).name();
    for (String page :
        List.of(
            "/",
            "/services/" + encoded(service),
            "/databases/" + encoded(database),
            "/slos",
            "/slos/" + encoded(service),
            "/traces?service=" + encoded(service) + "&q=" + encoded("\"><script>alert(9)</script>"),
            "/traces/" + FixtureTraces.HOSTILE)) {
      stage.open(page);
      assertEquals(0, browser.count("#page img, #page script, #page iframe, [onerror], [onload]"));
    }
    stage.open("/services/" + encoded(service));
    assertEquals(service, browser.text("h1"));
    stage.open("/");
    assertTrue(browser.text("#services-title ~ *, #page").contains(service));
    assertEquals("</title><script>alert(2)</script>", browser.text("#stack"));
    assertEquals(List.of(), browser.problems(p -> false));
  }

  @Test
  void hostileSpan_isTextInTheDetails() {
    stage.open("/traces/" + FixtureTraces.HOSTILE);
    browser.click(".wf-row");
    await("details", () -> browser.has("#span-details pre"));
    assertEquals("select '<iframe src=javascript:alert(6)>'", browser.text("#span-details pre"));
    assertTrue(browser.text("#span-details").contains("</dd><script>alert(5)</script>"));
    assertEquals(0, browser.count("#page script, #page iframe, #page img"));
  }

  @Test
  void scriptInAReport_doesNotRun() {
    stage.open("/gamedays/database-killed");
    await(
        "the report is loaded",
        () -> browser.requested().stream().anyMatch(u -> u.endsWith("/report.html")));
    await(
        "the report is shown", () -> browser.textInFrame("iframe", "h1").equals("Database killed"));
    assertFalse(browser.title().contains("taken over"));
  }

  @Test
  void inlineCode_isRefusedByThePolicy() {
    stage.open("/");
    assertEquals(
        "TypeError",
        browser.js(
            "try { document.body.setAttribute('onclick', 'window.ran = 1'); return 'taken' }"
                + " catch (e) { return e.name }"));
    browser.click("h1");
    assertEquals("null", browser.js("return window.ran"));
    assertEquals(
        "TypeError",
        browser.js(
            "try { document.body.innerHTML = '<p>'; return 'taken' } catch (e) { return e.name }"));
  }
}
