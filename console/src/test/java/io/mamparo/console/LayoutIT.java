package io.mamparo.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.mamparo.testkit.NeedsProgram;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The drawing of graphs, on graphs whose properties can be checked. */
@NeedsProgram({"chromium", "chromedriver"})
class LayoutIT {

  private static final String PRELUDE =
      """
      const done = arguments[arguments.length - 1];
      const base = document.querySelector('script[type=module]').src;
      const {layout} = await import(new URL('layout.js', base));
      const gaps = {along: 100, across: 30, bend: 20};
      const draw = (names, pairs) => layout(names.map(id => ({id, along: 180, across: 80})),
        pairs.map(([from, to]) => ({from, to})), gaps);
      let seed = 7;
      const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
      const graph = (n, m) => { const names = Array.from({length: n}, (_, i) => `n${i}`);
        return [names, Array.from({length: m}, () => [names[random() * n | 0], names[random() * n | 0]])]; };
      """;

  private static Stage stage;

  @BeforeAll
  static void start() {
    stage = new Stage();
    stage.open("/slos");
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  private static Object run(String body) {
    return stage.browser.async(
        "const args = arguments; (async function () {"
            + PRELUDE
            + body
            + "})"
            + ".apply(null, args).catch(e => args[args.length - 1](String(e.stack)))");
  }

  @Test
  void nodes_neverOverlap_onRandomGraphsWithCycles() {
    assertEquals(
        0L,
        run(
            """
            let bad = 0;
            for (let round = 0; round < 200; round++) {
              const at = [...draw(...graph(2 + round % 24, round % 50)).at.values()];
              at.forEach((a, i) => at.slice(i + 1).forEach(b => {
                if (Math.abs(a.along - b.along) < 180 && Math.abs(a.across - b.across) < 80) bad++; }));
            }
            done(bad);
            """));
  }

  @Test
  void edgesWithoutCycles_allLeadForward_andPathsJoinTheirEnds() {
    assertEquals(
        0L,
        run(
            """
            let bad = 0;
            for (let round = 0; round < 200; round++) {
              const [names, pairs] = graph(2 + round % 20, round % 40);
              const forward = pairs.filter(([a, b]) => +a.slice(1) < +b.slice(1));
              const edges = forward.map(([from, to]) => ({from, to}));
              const drawing = layout(names.map(id => ({id, along: 180, across: 80})), edges, gaps);
              for (const e of edges) {
                const path = drawing.paths.get(e);
                const [a, b] = [drawing.at.get(e.from), drawing.at.get(e.to)];
                if (a.along >= b.along || path[0].along !== a.along || path.at(-1).across !== b.across) bad++;
              }
            }
            done(bad);
            """));
  }

  @Test
  void sameGraph_givesTheSameDrawing() {
    assertEquals(
        true,
        run(
            """
            const g = graph(20, 35);
            done(JSON.stringify([...draw(...g).at]) === JSON.stringify([...draw(...g).at]));
            """));
  }

  @Test
  void tree_isDrawnWithoutCrossings_andParentsBetweenTheirChildren() {
    assertEquals(
        true,
        run(
            """
            const d = draw(['a', 'b', 'c', 'd', 'e', 'f'], [['a', 'b'], ['a', 'c'], ['b', 'd'], ['b', 'e'], ['c', 'f']]);
            const y = id => d.at.get(id).across;
            const between = (p, ...kids) => Math.min(...kids.map(y)) <= y(p) && y(p) <= Math.max(...kids.map(y));
            done(between('a', 'b', 'c') && between('b', 'd', 'e') && (y('b') < y('c')) === (y('e') < y('f')));
            """));
  }

  @Test
  void twoHundredServices_areLaidOutQuickly() {
    Number ms =
        (Number)
            run(
                """
                const [names, pairs] = graph(200, 320);
                const forward = pairs.filter(([a, b]) => +a.slice(1) < +b.slice(1));
                const t = performance.now(); draw(names, forward); done(performance.now() - t);
                """);
    System.out.printf("layout: %.0f ms for 200 services%n", ms.doubleValue());
    assertEquals(true, ms.doubleValue() < 3_000, ms + " ms");
  }
}
