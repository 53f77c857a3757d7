package io.mamparo.gameday.report;

import io.mamparo.gameday.run.FaultRun;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A line over the seconds of a game day as inline SVG: faults are shaded, the axes are labelled,
 * and every point tells its value when it is pointed at. Colours come from the page. For one graph.
 */
final class Graph {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 190;
  private static final int LEFT = 62;
  private static final int RIGHT = 12;
  private static final int TOP = 14;
  private static final int BOTTOM = 30;

  /** A value at a second from time 0. */
  record Point(double seconds, double value) {}

  /** One line of the graph; the style is a class of the page's style sheet. */
  record Series(String label, String style, List<Point> points) {}

  private final StringBuilder svg = new StringBuilder();
  private final double from;
  private final double to;
  private final double top;

  private Graph(double from, double to, double top) {
    this.from = from;
    this.to = to;
    this.top = top;
  }

  /**
   * Draws.
   *
   * @param title for screen readers
   * @param limit a horizontal line that should not be crossed, if there is one
   */
  static String of(
      String title,
      String unit,
      double from,
      double to,
      List<Series> series,
      List<FaultRun> faults,
      @Nullable Double limit) {
    double most = limit == null ? 0 : limit * 1.1;
    for (Series one : series) {
      most = Math.max(most, one.points().stream().mapToDouble(Point::value).max().orElse(0));
    }
    Graph graph = new Graph(from, to, nice(most));
    graph.open(title);
    faults.forEach(graph::shade);
    graph.axes(unit);
    if (limit != null) {
      graph.limit(limit, unit);
    }
    series.forEach(one -> graph.line(one, unit));
    return graph.svg.append("</svg>\n").toString();
  }

  private void open(String title) {
    add(
        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\" class=\"graph\">",
        WIDTH, HEIGHT, Html.text(title));
  }

  private void shade(FaultRun run) {
    double left = x(Math.max(from, run.begun()));
    double width =
        run.fault().kind().lasts() ? Math.max(2, x(Math.min(to, run.ended())) - left) : 2;
    add(
        "<g><rect class=\"fault\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/><title>%s</title>"
            + "<text class=\"fault-name\" x=\"%.1f\" y=\"%d\">%s</text></g>",
        left,
        TOP,
        width,
        HEIGHT - TOP - BOTTOM,
        Html.text(run.fault().kind().text() + " " + run.fault().target()),
        left + 4,
        TOP + 11,
        Html.text(run.fault().name()));
  }

  private void axes(String unit) {
    for (int i = 0; i <= 4; i++) {
      double value = top * i / 4;
      add(
          "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
              + "<text class=\"tick\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
          LEFT, WIDTH - RIGHT, y(value), y(value), LEFT - 6, y(value) + 4, label(value, unit));
    }
    double step = nice((to - from) / 10);
    for (double t = Math.ceil(from / step) * step; t <= to + 1e-9; t += step) {
      add(
          "<text class=\"tick\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s s</text>",
          x(t), HEIGHT - 10, plain(t));
    }
  }

  private void limit(double value, String unit) {
    add(
        "<g><line class=\"limit\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/><title>limit %s</title></g>",
        LEFT, WIDTH - RIGHT, y(value), y(value), label(value, unit));
  }

  private void line(Series series, String unit) {
    StringBuilder path = new StringBuilder();
    for (Point point : series.points()) {
      path.append(path.isEmpty() ? 'M' : 'L')
          .append(String.format(Locale.ROOT, "%.1f %.1f", x(point.seconds()), y(point.value())));
    }
    add("<path class=\"line %s\" d=\"%s\"/>", series.style(), path);
    for (Point point : series.points()) {
      add(
          "<circle class=\"dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s at %s s: %s</title></circle>",
          x(point.seconds()),
          y(point.value()),
          Html.text(series.label()),
          plain(point.seconds()),
          label(point.value(), unit));
    }
  }

  private double x(double seconds) {
    return LEFT + (seconds - from) / (to - from) * (WIDTH - LEFT - RIGHT);
  }

  private double y(double value) {
    return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String label(double value, String unit) {
    return plain(value) + " " + Html.text(unit);
  }

  private static String plain(double value) {
    double rounded = Math.round(value * 100) / 100.0;
    return rounded == Math.rint(rounded)
        ? Long.toString((long) rounded)
        : Html.number(rounded, Math.abs(rounded) < 10 ? 2 : 1);
  }

  /** The next 1, 2 or 5 times a power of ten. */
  static double nice(double value) {
    if (value <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    double digit = value / power;
    double round = digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10;
    return round * power;
  }

  /** A series of one figure of each second. */
  static <T> List<Point> points(List<T> all, ToDoubleFunction<T> at, ToDoubleFunction<T> value) {
    return all.stream()
        .map(one -> new Point(at.applyAsDouble(one), value.applyAsDouble(one)))
        .toList();
  }
}
