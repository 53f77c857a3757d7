package io.mamparo.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every page in every size and theme; the screenshots are for people to judge. */
@NeedsProgram({"chromium", "chromedriver"})
class LooksIT {

  /** Width → height in CSS pixels. */
  private static final Map<Integer, Integer> SIZES =
      Map.of(360, 800, 768, 1024, 1440, 900, 3840, 2160);

  /**
   * WCAG 2.2, 1.4.3: text against what lies behind it, 4.5:1, and 3:1 where it is large. Colours
   * are painted on a canvas to read them, whatever their notation.
   */
  private static final String TOO_FAINT =
      """
      const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
      const rgba = (c) => { pen.clearRect(0, 0, 1, 1); pen.fillStyle = c; pen.fillRect(0, 0, 1, 1);
        return [...pen.getImageData(0, 0, 1, 1).data].map((v, i) => i === 3 ? v / 255 : v); };
      const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
      const light = (c) => { const [r, g, b] = c.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
      const behind = (e) => { const layers = [];
        for (let up = e; up; up = up.parentElement) {
          const box = up.matches('.node, .edge-label') ? up.querySelector('rect') : null;
          layers.push(rgba(box ? getComputedStyle(box).fill : getComputedStyle(up).backgroundColor));
        }
        return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]); };
      const faint = [];
      for (const e of document.querySelectorAll('body *')) {
        const own = [...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data.trim()).join('');
        const box = e.getBoundingClientRect();
        if (!own || !e.checkVisibility({visibilityProperty: true}) || box.width < 2
            || e.closest('title, noscript, option, .skip, .visually-hidden, [data-dim]')) continue;
        const style = getComputedStyle(e);
        const back = behind(e);
        const ink = over(rgba(e instanceof SVGElement ? style.fill : style.color), back);
        const [hi, lo] = [light(ink), light(back)].sort((a, b) => b - a);
        const ratio = (hi + 0.05) / (lo + 0.05);
        const px = parseFloat(style.fontSize);
        const large = px >= 24 || (px >= 18.66 && style.fontWeight >= 700);
        if (ratio < (large ? 3 : 4.5)) faint.push(`${own.slice(0, 30)} ${ratio.toFixed(2)}`);
      }
      return faint;
      """;

  private static Stage stage;
  private static Browser browser;

  @BeforeAll
  static void start() {
    stage = new Stage();
    stage.api.show(FixtureStack.company(true));
    browser = stage.browser;
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"light", "dark"})
  void everyPage_fitsEveryWidth_andCanBeRead(String scheme) {
    List<String> wrong = new ArrayList<>();
    browser.system(scheme, false);
    for (String page : Stage.PAGES) {
      for (var size : SIZES.entrySet()) {
        browser.size(size.getKey(), size.getValue());
        stage.open(page);
        String where = page + " at " + size.getKey() + " px, " + scheme;
        overflow().forEach(o -> wrong.add(where + ": wider than the window: " + o));
        ((List<?>) browser.js(TOO_FAINT)).forEach(f -> wrong.add(where + ": too faint: " + f));
        browser.screenshot(Stage.nameOf(page) + "-" + size.getKey() + "-" + scheme);
      }
    }
    assertEquals(List.of(), wrong.stream().distinct().toList());
  }

  /**
   * The document must not scroll sideways, and nothing that is seen may stick out of the window.
   */
  private static List<?> overflow() {
    return (List<?>)
        browser.js(
            """
            const w = document.documentElement.clientWidth;
            const found = document.documentElement.scrollWidth > w ? ['the document'] : [];
            for (const e of document.querySelectorAll('main *')) {
              const box = e.getBoundingClientRect();
              if (box.right > w + 1 && box.width > 0 && e.checkVisibility()
                  && !e.closest('.table-scroll, .map-scroll, .wf-lane, .visually-hidden, thead'))
                found.push(`${e.tagName} ${e.className.baseVal ?? e.className}`);
            }
            return found.slice(0, 5);
            """);
  }

  @ParameterizedTest
  @ValueSource(ints = {1440, 3840})
  void tables_needNoSidewaysScrollingOnADesk(int width) {
    browser.size(width, 1200);
    for (String page : Stage.PAGES) {
      stage.open(page);
      assertEquals(
          0L,
          browser.js(
              "return [...document.querySelectorAll('.table-scroll')]"
                  + ".filter(t => t.scrollWidth > t.clientWidth + 1).length"),
          page);
    }
  }

  @Test
  void lessMotion_nothingMoves() {
    browser.system("light", true);
    browser.size(1440, 900);
    stage.open("/");
    assertEquals(
        0L,
        browser.js(
            "return document.getAnimations().filter(a => a.playState === 'running').length"));
    browser.system("light", false);
    stage.open("/");
    assertTrue((Long) browser.js("return document.getAnimations().length") > 0);
  }

  @Test
  void everyPage_hasLandmarksOneHeadingAndNamedControls() {
    for (String page : Stage.PAGES) {
      stage.open(page);
      assertEquals(1, browser.count("main"), page);
      assertEquals(1, browser.count("h1"), page);
      assertEquals(1, browser.count("nav[aria-label]"), page);
      assertEquals(
          List.of(),
          browser.js(
              """
              return [...document.querySelectorAll('button, a[href], input, select, iframe, [tabindex="0"]')]
                .filter(e => e.checkVisibility())
                .filter(e => !(e.ariaLabel || e.textContent.trim() || e.labels?.length || e.title))
                .map(e => e.outerHTML.slice(0, 120))
              """),
          page);
    }
  }
}
