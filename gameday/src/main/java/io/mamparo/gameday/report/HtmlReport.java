package io.mamparo.gameday.report;

import io.mamparo.gameday.Expectation;
import io.mamparo.gameday.Verdict;
import io.mamparo.gameday.run.Event;
import io.mamparo.gameday.run.FaultRun;
import io.mamparo.gameday.run.Judged;
import io.mamparo.load.LoadReport;
import io.mamparo.load.Second;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The report for somebody who was not there: what was done, what was expected, what was seen. One
 * file with style and graphs inside, and no script. For one report.
 */
public final class HtmlReport {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  private final Verdict verdict;
  private final StringBuilder html = new StringBuilder();

  private HtmlReport(Verdict verdict) {
    this.verdict = verdict;
  }

  /** The whole page. */
  public static String of(Verdict verdict) {
    return new HtmlReport(verdict).page();
  }

  private String page() {
    String name = Html.text(verdict.day().name());
    html.append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .append("<title>Game day: ")
        .append(name)
        .append("</title>\n<style>\n")
        .append(style())
        .append("</style>\n</head>\n<body>\n<main>\n");
    head(name);
    expectations();
    faults();
    for (LoadReport load : verdict.loads()) {
      load(load);
    }
    events();
    return html.append("</main>\n</body>\n</html>\n").toString();
  }

  private void head(String name) {
    boolean passed = verdict.passed();
    html.append("<header><p class=\"kicker\">Game day</p><h1>")
        .append(name)
        .append("</h1>\n")
        .append("<p class=\"verdict ")
        .append(passed ? "good\">Passed" : "bad\">Failed")
        .append("</p>\n<p>")
        .append(Html.text(verdict.day().description()).replace("\n", "<br>"))
        .append("</p>\n<p class=\"faint\">Began ")
        .append(TIME.format(Instant.ofEpochMilli(verdict.startedEpochMs())))
        .append(", lasted ")
        .append(Html.number(verdict.evidence().seconds(), 0))
        .append(" s after ")
        .append(Html.number(verdict.evidence().warmUpSeconds(), 0))
        .append(" s of warm-up. All times are seconds from the beginning; latencies count from the")
        .append(" moment a request should have started. Seed ")
        .append(verdict.day().seed())
        .append(", file ")
        .append(Html.text(verdict.day().file()))
        .append(".</p></header>\n");
  }

  private void expectations() {
    html.append("<section><h2>What was expected, what was seen</h2>\n<div class=\"scroll\"><table>")
        .append("<thead><tr><th></th><th>Expected</th><th>Seen</th></tr></thead><tbody>\n");
    for (Judged judged : verdict.judged()) {
      html.append("<tr><td class=\"")
          .append(judged.held() ? "good\">held" : "bad\">failed")
          .append("</td><td>")
          .append(Html.text(judged.expected()))
          .append("</td><td>")
          .append(Html.text(judged.seen()))
          .append("</td></tr>\n");
    }
    html.append("</tbody></table></div></section>\n");
  }

  private void faults() {
    html.append("<section><h2>What was done</h2>\n<div class=\"scroll\"><table>")
        .append("<thead><tr><th>Fault</th><th>Kind</th><th>Target</th><th>From</th><th>To</th>")
        .append("</tr></thead><tbody>\n");
    for (FaultRun run : verdict.evidence().faults()) {
      html.append("<tr><td>")
          .append(Html.text(run.fault().name()))
          .append("</td><td>")
          .append(Html.text(run.fault().kind().text()))
          .append("</td><td>")
          .append(Html.text(run.fault().target()))
          .append("</td><td>")
          .append(Html.number(run.begun(), 1))
          .append(" s</td><td>")
          .append(run.fault().kind().lasts() ? Html.number(run.ended(), 1) + " s" : "at once")
          .append("</td></tr>\n");
    }
    html.append("</tbody></table></div></section>\n");
  }

  private void load(LoadReport load) {
    double warmUp = verdict.evidence().warmUpSeconds();
    double from = -warmUp;
    double to = verdict.evidence().seconds();
    List<Second> seconds = load.timeline();
    html.append("<section><h2>Load ")
        .append(Html.text(load.name()))
        .append("</h2>\n<p>")
        .append(Html.number(load.achievedRate(), 1))
        .append(" requests a second (")
        .append(Html.number(load.intendedRate(), 1))
        .append(" intended), ")
        .append(load.sent())
        .append(" in all, ")
        .append(load.failed())
        .append(" failed (")
        .append(Html.number(load.failureRatio() * 100, 3))
        .append(" %). Connections: ")
        .append(load.connectionsOpened())
        .append(" opened, ")
        .append(load.connectionsDropped())
        .append(" dropped by the peer.</p>\n");
    counts("Statuses", load.statuses());
    counts("Errors", load.errors());
    graph(
        "Requests a second",
        "/s",
        from,
        to,
        List.of(
            new Graph.Series(
                "sent", "sent", Graph.points(seconds, s -> s.t() - warmUp, s -> (double) s.sent())),
            new Graph.Series(
                "failed",
                "failed",
                Graph.points(seconds, s -> s.t() - warmUp, s -> (double) s.failed()))),
        null);
    graph(
        "Latency",
        "ms",
        from,
        to,
        List.of(
            new Graph.Series("p50", "p50", Graph.points(seconds, s -> s.t() - warmUp, Second::p50)),
            new Graph.Series(
                "p99", "p99", Graph.points(seconds, s -> s.t() - warmUp, Second::p99))),
        limit(load.name()));
    percentiles(load);
    html.append("</section>\n");
  }

  private void graph(
      String title,
      String unit,
      double from,
      double to,
      List<Graph.Series> series,
      @Nullable Double limit) {
    html.append("<figure><figcaption>").append(Html.text(title));
    for (Graph.Series one : series) {
      html.append(" <span class=\"key ")
          .append(one.style())
          .append("\">")
          .append(one.label())
          .append("</span>");
    }
    html.append(" <span class=\"key shade\">fault</span>");
    if (limit != null) {
      html.append(" <span class=\"key limit-key\">limit</span>");
    }
    html.append("</figcaption>\n")
        .append(Graph.of(title, unit, from, to, series, verdict.evidence().faults(), limit))
        .append("</figure>\n");
  }

  /** The limit to draw: the smallest that an expectation sets for the load's latency. */
  private @Nullable Double limit(String load) {
    Double least = null;
    for (Expectation expectation : verdict.day().expectations()) {
      Double limit =
          switch (expectation) {
            case Expectation.Latency e when e.load().equals(load) -> e.atMost().toNanos() / 1e6;
            case Expectation.LatencyBack e when e.load().equals(load) -> e.atMost().toNanos() / 1e6;
            case Expectation.Latency e -> null;
            case Expectation.LatencyBack e -> null;
            case Expectation.Failures e -> null;
            case Expectation.Unmoved e -> null;
            case Expectation.ConnectionsKept e -> null;
            case Expectation.SuccessAgain e -> null;
            case Expectation.Ready e -> null;
            case Expectation.Breaker e -> null;
            case Expectation.Budget e -> null;
          };
      if (limit != null && (least == null || limit < least)) {
        least = limit;
      }
    }
    return least;
  }

  private void percentiles(LoadReport load) {
    html.append(
            "<div class=\"scroll\"><table><thead><tr><th>Request</th><th>ok</th><th>failed</th>")
        .append(
            "<th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max</th></tr></thead><tbody>\n");
    for (LoadReport.OfKind kind : load.requests()) {
      html.append("<tr><td>")
          .append(Html.text(kind.name()))
          .append("</td><td>")
          .append(kind.ok())
          .append("</td><td>")
          .append(kind.failed());
      for (double ms :
          new double[] {
            kind.latencyMs().p50(),
            kind.latencyMs().p90(),
            kind.latencyMs().p99(),
            kind.latencyMs().p999(),
            kind.latencyMs().max()
          }) {
        html.append("</td><td>").append(Html.number(ms, 1)).append(" ms");
      }
      html.append("</td></tr>\n");
    }
    html.append("</tbody></table></div>\n");
  }

  private void counts(String title, Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return;
    }
    html.append("<p>").append(title).append(":");
    new TreeMap<>(counts)
        .forEach(
            (key, count) ->
                html.append(" <code>").append(Html.text(key)).append("</code> ").append(count));
    html.append("</p>\n");
  }

  private void events() {
    html.append("<section><h2>Time line</h2>\n<ol class=\"events\">\n");
    for (Event event : verdict.events()) {
      html.append("<li><span class=\"faint\">")
          .append(Html.number(event.seconds(), 1))
          .append(" s</span> ")
          .append(Html.text(event.text()))
          .append("</li>\n");
    }
    html.append("</ol></section>\n");
  }

  private static String style() {
    try (InputStream in =
        Objects.requireNonNull(HtmlReport.class.getResourceAsStream("report.css"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
