package io.mamparo.console;

import static io.mamparo.console.Stage.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

@NeedsProgram({"chromium", "chromedriver"})
class TraceIT {

  private static final String BOOKING = "/traces/00000000000000000000000000abc003";

  private static Stage stage;
  private static Browser browser;

  @BeforeAll
  static void start() {
    stage = new Stage();
    browser = stage.browser;
    browser.size(1440, 1000);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static void open(String path) {
    stage.open(path);
    browser.js("document.querySelector('.wf-rows').focus()");
  }

  private static String chosen() {
    return browser.text(".wf-chosen .wf-name").replaceAll("\\s+", " ").strip();
  }

  @Test
  void waterfall_showsEverySpanWithItsStatement() {
    open(BOOKING);
    assertEquals(15, browser.count("[role=treeitem]"));
    assertEquals("POST /api/v0.1/booking/", browser.text("h1"));
    assertTrue(browser.text("#facts").contains("15 spans, 6 services"));
    assertTrue(browser.text(".wf-rows").contains("select * from car where registration = $1"));
    assertEquals(1, browser.count(".wf-row.wf-error"));
  }

  @Test
  void criticalPath_leavesOutWhatNobodyWaitedFor() {
    open(BOOKING);
    assertEquals(0, criticalOf("0000000000000015"));
    assertTrue(criticalOf("0000000000000013") > 0, "the insert was waited for");
    browser.press("c");
    assertEquals(0, browser.count(".wf-critical"));
    browser.press("c");
    assertTrue(browser.count(".wf-critical") > 10);
  }

  private static long criticalOf(String span) {
    return browser.count("#span-" + span + " .wf-critical");
  }

  @Test
  void criticalPath_coversTheWholeTraceWithoutGapOrOverlap() {
    open(BOOKING);
    Object covered =
        browser.async(
            "const [id, done] = arguments;"
                + "const base = document.querySelector('script[type=module]').src;"
                + "Promise.all(['tree', 'critical'].map(m => import(new URL(`trace/${m}.js`,"
                + " base)))).then(async ([t, c]) => {"
                + "const trace = await (await fetch(`/v1${id}`)).json();"
                + "const tree = t.treeOf(trace.spans);"
                + "const parts = [...c.criticalPath(tree.roots[0]).values()].flat()"
                + ".sort((a, b) => a.start - b.start);"
                + "const whole = parts.every((p, i) => i === 0 ? p.start === tree.from"
                + " : p.start === parts[i - 1].end) && parts.at(-1).end === tree.to;"
                + "done(whole); });",
            BOOKING);
    assertEquals(true, covered);
  }

  @Test
  void keys_moveFoldAndShowDetails() {
    open(BOOKING);
    browser.press(Keys.ARROW_DOWN);
    browser.press(Keys.ARROW_DOWN);
    assertEquals("bookings GET cars", chosen());
    assertTrue(browser.text("#span-details").contains("18.4"), browser.text("#span-details"));
    browser.press(Keys.ARROW_LEFT);
    assertEquals("bookings GET cars +2", chosen());
    assertEquals(13, browser.count("[role=treeitem]"));
    browser.press(Keys.ARROW_RIGHT);
    browser.press(Keys.ARROW_RIGHT);
    browser.press(Keys.ARROW_DOWN);
    assertEquals("cars select * from car where registration = $1", chosen());
    browser.press(Keys.ENTER);
    await(
        "details have the focus",
        () -> browser.js("return document.activeElement.id").equals("span-details"));
    assertEquals("select * from car where registration = $1", browser.text("#span-details pre"));
    assertTrue(browser.text("#span-details").contains("mamparo.borrow_wait_us"));
    browser.screenshot("trace-details");
    browser.press(Keys.ESCAPE);
    assertEquals(0, browser.count("#span-details"));
  }

  @Test
  void errorsAndMatches_areFoundByKey() {
    open("/traces/" + FixtureTraces.LARGE);
    browser.press("e");
    assertEquals(
        "true",
        browser.js(
            "return String(document.querySelector('.wf-chosen')"
                + ".classList.contains('wf-error'))"));
    browser.find("#in-trace").sendKeys("work 42");
    await("matches", () -> browser.text("[role=status]").startsWith("11 of 1,000"));
    browser.press(Keys.ENTER);
    await("a match", () -> chosen().contains("work 42"));
  }

  @Test
  void thousandSpans_onlyThoseOnTheScreenExist_andScrollSmoothly() {
    open("/traces/" + FixtureTraces.LARGE);
    assertTrue(browser.text("#facts").contains("1,000 spans"));
    assertTrue(browser.count(".wf-row") < 80, "rows: " + browser.count(".wf-row"));
    browser.press(Keys.END);
    await("the last", () -> browser.has(".wf-chosen"));
    Number milliseconds =
        (Number)
            browser.async(
                "const done = arguments[0]; const w = document.querySelector('trace-waterfall');"
                    + "let i = 0; let spent = 0;"
                    + "w.scrollTop = 0;"
                    + "function step() { const t = performance.now(); w.scrollTop = i * 300;"
                    + " w.dispatchEvent(new Event('scroll')); spent += performance.now() - t;"
                    + " if (++i < 60) requestAnimationFrame(step); else done(spent / 60); }"
                    + "requestAnimationFrame(step);");
    System.out.printf("waterfall: %.2f ms a redraw of 1,000 spans%n", milliseconds.doubleValue());
    assertTrue(milliseconds.doubleValue() < 50, milliseconds + " ms a redraw");
    browser.screenshot("trace-thousand-spans");
  }

  @Test
  void zoom_showsOneSpanInFull_andEscapeTheWhole() {
    open(BOOKING);
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN);
    browser.press("z");
    await("zoomed", () -> browser.text(".wf-ticks").contains("20.5"));
    browser.press(Keys.ESCAPE);
    browser.press(Keys.ESCAPE);
    await("whole", () -> browser.text(".wf-ticks").contains("214"));
  }
}
