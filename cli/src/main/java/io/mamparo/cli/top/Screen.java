package io.mamparo.cli.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the view shows: two looks at the proxy as lines that fit the terminal. For one thread.
 *
 * <p>Rates and the statements' times are those between the two looks; with one look only they are
 * since the start.
 */
public final class Screen {
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());

  private final JsonNode now;
  private final @Nullable JsonNode before;
  private final double seconds;
  private final int columns;
  private final List<String> lines = new ArrayList<>();

  /** By what statements are sorted. */
  public enum Sort {
    TIME("time"),
    CALLS("calls"),
    P99("p99"),
    ERRORS("errors");

    private final String words;

    Sort(String words) {
      this.words = words;
    }

    /** The next one, round and round. */
    public Sort next() {
      return switch (this) {
        case TIME -> CALLS;
        case CALLS -> P99;
        case P99 -> ERRORS;
        case ERRORS -> TIME;
      };
    }
  }

  private Screen(JsonNode now, @Nullable JsonNode before, int columns) {
    this.now = now;
    this.before = before;
    this.columns = Math.max(20, columns);
    double passed =
        before == null ? 0 : now.path("time").asDouble() - before.path("time").asDouble();
    seconds = passed > 0 ? passed : 0;
  }

  /**
   * The lines, at most {@code rows} of at most {@code columns} characters; the first line of each
   * table is its head and begins with a capital letter.
   *
   * @param now what {@code /v1/proxy} says
   * @param before what it said the time before; null for the first look
   */
  public static List<String> render(
      JsonNode now, @Nullable JsonNode before, int columns, int rows, Sort sort, boolean paused) {
    Screen screen = new Screen(now, before, columns);
    screen.summary(paused);
    int left = Math.max(3, rows - screen.lines.size() - 3);
    screen.pools(Math.max(1, left / 4));
    screen.holders(Math.max(1, left / 4));
    screen.statements(Math.max(1, rows - screen.lines.size() - 2), sort);
    return screen.lines.subList(0, Math.min(rows, screen.lines.size()));
  }

  private void line(String text) {
    String flat = text.replaceAll("\\s*[\\n\\r\\t]\\s*", " ").stripTrailing();
    StringBuilder safe = new StringBuilder();
    for (int i = 0; i < flat.length() && safe.length() < columns; i++) {
      safe.append(Character.isISOControl(flat.charAt(i)) ? '?' : flat.charAt(i));
    }
    lines.add(safe.toString());
  }

  // ---- the head

  private void summary(boolean paused) {
    JsonNode clients = now.path("clients");
    line(
        String.format(
            Locale.ROOT,
            "mamparo db top - %s  %s%s  clients %d/%d  active %d  waiting %d  refused %d",
            now.path("stack").asText(),
            CLOCK.format(Instant.ofEpochMilli((long) (now.path("time").asDouble() * 1000))),
            paused ? " (held)" : "",
            clients.path("connected").asLong(),
            clients.path("max").asLong(),
            clients.path("active").asLong(),
            clients.path("waiting").asLong(),
            clients.path("refused").asLong()));
    line(
        String.format(
            Locale.ROOT,
            "%s tx/s  %s stmt/s  %s/s in  %s/s out  pins: %s",
            short0(rate("transactions")),
            short0(rate("statements")),
            bytes(rate("bytesIn")),
            bytes(rate("bytesOut")),
            pins()));
    lines.add("");
  }

  private double rate(String member) {
    double sum = 0;
    for (JsonNode pool : now.path("pools")) {
      sum += rate(pool, member);
    }
    return sum;
  }

  private double rate(JsonNode pool, String member) {
    JsonNode earlier = before == null ? null : same(before.path("pools"), pool, "login");
    if (earlier == null || seconds == 0) {
      return 0;
    }
    double more =
        pool.path("total").path(member).asDouble() - earlier.path("total").path(member).asDouble();
    return Math.max(0, more) / seconds;
  }

  private static @Nullable JsonNode same(JsonNode all, JsonNode one, String key) {
    for (JsonNode other : all) {
      if (other.path(key).equals(one.path(key))
          && other.path("database").equals(one.path("database"))) {
        return other;
      }
    }
    return null;
  }

  private String pins() {
    StringBuilder words = new StringBuilder();
    for (JsonNode pin : now.path("pins")) {
      words.append(words.isEmpty() ? "" : ", ");
      words.append(pin.path("clients").asLong()).append(' ').append(pin.path("reason").asText());
    }
    return words.isEmpty() ? "none" : words.toString();
  }

  // ---- tables

  private void pools(int most) {
    line(
        String.format(
            "%-14s %-14s %11s %4s %4s %6s %6s %8s",
            "DATABASE", "LOGIN", "ACT/IDL/MAX", "WAIT", "CLI", "TX/S", "P99MS", "BREAKER"));
    List<JsonNode> pools = new ArrayList<>();
    now.path("pools").forEach(pools::add);
    pools.sort(
        Comparator.comparingLong((JsonNode p) -> p.path("waiting").asLong())
            .thenComparingLong(p -> p.path("active").asLong())
            .thenComparingDouble(p -> rate(p, "transactions"))
            .reversed());
    rows(pools, most, "pools", this::pool);
  }

  private String pool(JsonNode pool) {
    return String.format(
        Locale.ROOT,
        "%-14s %-14s %11s %4d %4d %6s %6s %8s",
        cut(pool.path("database").asText(), 14),
        cut(pool.path("login").asText(), 14),
        pool.path("active").asLong()
            + "/"
            + pool.path("idle").asLong()
            + "/"
            + pool.path("max").asLong(),
        pool.path("waiting").asLong(),
        pool.path("clients").asLong(),
        short0(rate(pool, "transactions")),
        short1(pool.path("borrowWaitP99Ms").asDouble()),
        cut(pool.path("breaker").asText(), 8));
  }

  private void holders(int most) {
    line(
        String.format(
            "%6s %-8s %7s %-12s %-15s %s",
            "TXAGE", "STATE", "PID", "LOGIN", "CLIENT", "STATEMENT"));
    List<JsonNode> holders = new ArrayList<>();
    now.path("holders").forEach(holders::add);
    rows(holders, most, "holders", Screen::holder);
  }

  private static String holder(JsonNode holder) {
    String application = holder.path("application").asText("");
    String client = application.isEmpty() ? holder.path("address").asText() : application;
    return String.format(
        Locale.ROOT,
        "%6s %-8s %7s %-12s %-15s %s",
        holder.has("transactionMs") ? age(holder.path("transactionMs").asLong()) : "-",
        state(holder),
        holder.has("backendPid") ? holder.path("backendPid").asText() : "-",
        cut(holder.path("login").asText(), 12),
        cut(client, 15),
        holder.path("statement").asText(""));
  }

  private static String state(JsonNode holder) {
    return switch (holder.path("state").asText()) {
      case "idle in transaction" -> "idle-tx";
      default -> cut(holder.path("state").asText(), 8);
    };
  }

  private void statements(int most, Sort sort) {
    line(
        String.format(
            "%7s %4s %8s %7s %7s %6s %s  (by %s)",
            "TIMEMS", "%", "CALLS", "P99MS", "ROWS", "ERR", "STATEMENT", sort.words));
    List<Delta> deltas = deltas();
    double whole = deltas.stream().mapToDouble(Delta::ms).sum();
    deltas.sort(
        switch (sort) {
          case TIME -> Comparator.comparingDouble(Delta::ms).reversed();
          case CALLS -> Comparator.comparingDouble(Delta::calls).reversed();
          case P99 -> Comparator.comparingDouble(Delta::p99).reversed();
          case ERRORS -> Comparator.comparingDouble(Delta::errors).reversed();
        });
    rows(
        deltas,
        most,
        "statements",
        delta ->
            String.format(
                Locale.ROOT,
                "%7s %4.0f %8s %7s %7s %6s %s",
                short1(delta.ms),
                whole == 0 ? 0 : 100 * delta.ms / whole,
                short0(delta.calls),
                short1(delta.p99),
                short0(delta.rows),
                short0(delta.errors),
                delta.text));
  }

  /** What a kind of statement has cost between the looks. */
  private record Delta(
      double ms, double calls, double rows, double errors, double p99, String text) {}

  private List<Delta> deltas() {
    Map<String, JsonNode> earlier = new HashMap<>();
    if (before != null) {
      before.path("statements").forEach(one -> earlier.put(key(one), one));
    }
    List<Delta> deltas = new ArrayList<>();
    for (JsonNode one : now.path("statements")) {
      JsonNode was = earlier.get(key(one));
      Delta delta =
          new Delta(
              more(one, was, "totalMs"),
              more(one, was, "calls"),
              more(one, was, "rows"),
              more(one, was, "errors"),
              one.path("p99Ms").asDouble(),
              one.path("text").asText());
      if (before == null || delta.calls > 0) {
        deltas.add(delta);
      }
    }
    return deltas;
  }

  private static String key(JsonNode one) {
    return one.path("database") + "\0" + one.path("service") + "\0" + one.path("fingerprint");
  }

  private static double more(JsonNode now, @Nullable JsonNode was, String member) {
    return now.path(member).asDouble() - (was == null ? 0 : was.path(member).asDouble());
  }

  private <T> void rows(
      List<T> all, int most, String what, java.util.function.Function<T, String> form) {
    boolean fits = all.size() <= most;
    int shown = fits ? all.size() : most - 1;
    for (T one : all.subList(0, Math.max(0, shown))) {
      line(form.apply(one));
    }
    if (!fits) {
      line("… " + (all.size() - Math.max(0, shown)) + " " + what + " more");
    } else if (all.isEmpty()) {
      line("  none");
    }
  }

  // ---- numbers

  private static String cut(String text, int length) {
    return text.length() <= length ? text : text.substring(0, length - 1) + "…";
  }

  static String age(long ms) {
    if (ms < 10_000) {
      return String.format(Locale.ROOT, "%.1fs", ms / 1e3);
    }
    long s = ms / 1_000;
    return s < 600 ? s + "s" : s < 36_000 ? s / 60 + "m" : s / 3_600 + "h";
  }

  static String short0(double value) {
    return value < 10_000
        ? String.format(Locale.ROOT, "%.0f", value)
        : value < 1e7
            ? String.format(Locale.ROOT, "%.0fk", value / 1e3)
            : String.format(Locale.ROOT, "%.0fM", value / 1e6);
  }

  static String short1(double value) {
    return value < 100 ? String.format(Locale.ROOT, "%.1f", value) : short0(value);
  }

  static String bytes(double value) {
    return value < 10_000
        ? String.format(Locale.ROOT, "%.0f B", value)
        : value < 1e7
            ? String.format(Locale.ROOT, "%.0f kB", value / 1e3)
            : String.format(Locale.ROOT, "%.1f MB", value / 1e6);
  }
}
