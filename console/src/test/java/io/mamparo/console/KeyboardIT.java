package io.mamparo.console;

import static io.mamparo.console.Stage.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

@NeedsProgram({"chromium", "chromedriver"})
class KeyboardIT {

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

  private static String focused(String property) {
    return browser.js("return document.activeElement." + property).toString();
  }

  @Test
  void firstTab_offersToSkipToTheContent() {
    stage.open("/");
    browser.press(Keys.TAB);
    assertEquals("Skip to content", focused("textContent"));
    browser.press(Keys.ENTER);
    await("main", () -> focused("id").equals("main"));
  }

  @Test
  void map_isWalkedInTheDirectionOfCalls_andEnterOpensThePage() {
    stage.open("/");
    List<String> walked = new ArrayList<>();
    List<Double> left = new ArrayList<>();
    for (int i = 0; i < 40 && walked.size() < 12; i++) {
      browser.press(Keys.TAB);
      String node = focused("dataset.node");
      if (!node.equals("null")) {
        walked.add(node);
        left.add(
            ((Number) browser.js("return document.activeElement.getBoundingClientRect().left"))
                .doubleValue());
      }
    }
    assertEquals("http/visitor", walked.get(0));
    assertEquals(12, walked.size(), walked::toString);
    for (int i = 1; i < left.size(); i++) {
      assertTrue(left.get(i) >= left.get(i - 1) - 1, walked + " at " + left);
    }
    browser.js("document.querySelector(\"[data-node='http/search']\").focus()");
    browser.press(Keys.ENTER);
    await("the page", () -> browser.address().endsWith("/services/search"));
  }

  @Test
  void focusedNode_standsOutWithItsNeighbours() {
    stage.open("/");
    browser.js("document.querySelector(\"[data-node='http/payments']\").focus()");
    await("others dim", () -> browser.has("[data-node='http/web'] [data-dim]"));
    assertFalse(browser.has("[data-node='http/bookings'] [data-dim]"));
    assertFalse(browser.has("[data-node='database/ledger'] [data-dim]"));
  }

  @Test
  void letters_leadToTheSections() {
    stage.open("/");
    browser.press("g", "s");
    await("SLOs", () -> browser.address().endsWith("/slos"));
    stage.open("/slos");
    browser.press("g", "t");
    await("traces", () -> browser.address().endsWith("/traces"));
  }

  @Test
  void slash_jumpsToWhatIsTyped() {
    stage.open("/slos");
    browser.press("/");
    await("the field", () -> browser.has("#jump-dialog[open]"));
    browser.press("ledg");
    await("one", () -> browser.count("#jump-list [role=option]") == 1);
    browser.screenshot("jump");
    browser.press(Keys.ENTER);
    await("the page", () -> browser.address().endsWith("/databases/ledger"));
  }

  @Test
  void questionMark_listsTheShortcuts_whichCanBeSwitchedOff() {
    stage.open("/traces/" + FixtureTraces.LARGE);
    browser.pressShifted("?");
    await("help", () -> browser.has("#help-dialog[open]"));
    String help = browser.text("#help-dialog");
    assertTrue(help.contains("Next error") && help.contains("Light or dark"), help);
    browser.screenshot("shortcuts");
    browser.click("#help-dialog input[type=checkbox]");
    browser.press(Keys.ESCAPE);
    await("closed", () -> !browser.has("#help-dialog"));
    browser.press("/");
    assertFalse(browser.has("#jump-dialog"));
    browser.js("localStorage.clear(); return 1");
  }

  @Test
  void lettersTypedIntoAField_areText() {
    stage.open("/traces");
    browser.click("#q");
    browser.press("g", "s", "/", "d");
    assertEquals("gs/d", browser.js("return document.getElementById('q').value"));
    assertTrue(browser.address().endsWith("/traces"));
  }

  @Test
  void theme_isSwitchedAndRemembered() {
    browser.system("light", false);
    stage.open("/");
    String light = browser.js("return getComputedStyle(document.body).backgroundColor").toString();
    browser.press("d");
    assertEquals("dark", browser.js("return document.documentElement.dataset.theme"));
    stage.open("/slos");
    String dark = browser.js("return getComputedStyle(document.body).backgroundColor").toString();
    assertFalse(light.equals(dark), light);
    browser.click("#theme");
    assertEquals(
        light, browser.js("return getComputedStyle(document.body).backgroundColor").toString());
    assertEquals("null", browser.js("return localStorage.getItem('mamparo.theme')"));
  }

  @Test
  void tracesList_isWalkedByLetters() {
    stage.open("/traces");
    browser.press("j");
    browser.press("j");
    String second =
        browser.js("return document.querySelectorAll('tbody a')[1].textContent").toString();
    assertEquals(second, focused("textContent"));
    browser.press(Keys.ENTER);
    await("the trace", () -> browser.address().matches(".*/traces/[0-9a-f]{32}"));
  }
}
