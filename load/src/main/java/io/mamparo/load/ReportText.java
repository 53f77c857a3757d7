package io.mamparo.load;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Reports for a terminal. No state. */
public final class ReportText {
  private static final String COLUMNS = "    %8s %8s %8s %8s %8s %8s %8s %8s";
  private static final String NUMBERS = "    %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f";

  private ReportText() {}

  /** Several lines. */
  public static String of(LoadReport report) {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%s: %d requests in %.1f s, %.1f/s (intended %.1f/s)",
        report.name(),
        report.sent(),
        report.seconds(),
        report.achievedRate(),
        report.intendedRate());
    line(
        text,
        "  ok %d   failed %d (%.3f %%)",
        report.ok(),
        report.failed(),
        report.failureRatio() * 100);
    line(text, "  latency from the intended start, ms");
    line(text, COLUMNS, "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max");
    numbers(text, report.latencyMs());
    counts(text, "statuses", report.statuses());
    counts(text, "errors", report.errors());
    line(
        text,
        "  connections opened %d, dropped by the peer %d",
        report.connectionsOpened(),
        report.connectionsDropped());
    kinds(text, report);
    return text.toString();
  }

  /** One line that says how it goes. */
  public static String progress(LoadSnapshot snapshot) {
    Second last = snapshot.last();
    String second =
        last == null
            ? ""
            : String.format(
                Locale.ROOT,
                "   last second: %d sent, %d failed, p50 %.1f ms, p99 %.1f ms",
                last.sent(),
                last.failed(),
                last.p50(),
                last.p99());
    return String.format(
        Locale.ROOT,
        "%6.1f s  %s  ok %d  failed %d  in flight %d%s",
        snapshot.seconds(),
        snapshot.name(),
        snapshot.ok(),
        snapshot.failed(),
        snapshot.inFlight(),
        second);
  }

  private static void numbers(StringBuilder text, Percentiles p) {
    line(text, NUMBERS, p.mean(), p.p50(), p.p75(), p.p90(), p.p95(), p.p99(), p.p999(), p.max());
  }

  private static void kinds(StringBuilder text, LoadReport report) {
    if (report.requests().size() < 2) {
      return;
    }
    line(text, "  by request %34s %8s %8s %8s", "ok", "failed", "p50", "p99");
    for (LoadReport.OfKind kind : report.requests()) {
      line(
          text,
          "    %-32.32s %8d %8d %8.2f %8.2f",
          kind.name(),
          kind.ok(),
          kind.failed(),
          kind.latencyMs().p50(),
          kind.latencyMs().p99());
    }
  }

  private static void counts(StringBuilder text, String what, Map<String, Long> counts) {
    if (counts.isEmpty()) {
      return;
    }
    StringBuilder all = new StringBuilder();
    new TreeMap<>(counts)
        .forEach((key, count) -> all.append("  ").append(key).append(": ").append(count));
    line(text, "  %s%s", what, all);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
