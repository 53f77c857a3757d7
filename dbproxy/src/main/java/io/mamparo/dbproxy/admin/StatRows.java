package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.AdminOffice;
import io.mamparo.dbproxy.ProxyTotals;
import io.mamparo.dbproxy.ProxyTotals.Sums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The rows of SHOW STATS and its kin, and of SHOW STATEMENTS. Times in microseconds; averages are
 * of the last full minute: counts and bytes a second, times for each. Stateless.
 */
final class StatRows {
  private static final List<String> NAMES =
      List.of(
          "server_assignment_count",
          "xact_count",
          "query_count",
          "client_bytes",
          "server_bytes",
          "xact_time",
          "query_time",
          "wait_time",
          "ps_client_parse_count",
          "ps_server_parse_count",
          "ps_bind_count");

  private StatRows() {}

  /** Both, of one database. */
  private record Both(Sums total, Sums last) {
    static final Both ZERO = new Both(Sums.ZERO, Sums.ZERO);

    Both plus(ProxyTotals more) {
      return new Both(total.plus(more.total()), last.plus(more.last()));
    }
  }

  private static Map<String, Both> byDatabase(Engine engine) {
    Map<String, Both> sums = new TreeMap<>();
    for (ProxyTotals totals : engine.totals()) {
      sums.merge(totals.database(), Both.ZERO.plus(totals), (before, one) -> before.plus(totals));
    }
    return sums;
  }

  private static List<Long> totals(Sums sums) {
    return List.of(
        sums.assignments(),
        sums.transactions(),
        sums.statements(),
        sums.bytesIn(),
        sums.bytesOut(),
        sums.transactionNanos() / 1_000,
        sums.statementNanos() / 1_000,
        sums.waitNanos() / 1_000,
        sums.clientParses(),
        sums.serverParses(),
        sums.binds());
  }

  private static List<Long> averages(Sums sums) {
    return List.of(
        aSecond(sums.assignments()),
        aSecond(sums.transactions()),
        aSecond(sums.statements()),
        aSecond(sums.bytesIn()),
        aSecond(sums.bytesOut()),
        each(sums.transactionNanos(), sums.transactions()),
        each(sums.statementNanos(), sums.statements()),
        each(sums.waitNanos(), sums.assignments()),
        aSecond(sums.clientParses()),
        aSecond(sums.serverParses()),
        aSecond(sums.binds()));
  }

  private static long aSecond(long sum) {
    return sum / ProxyTotals.PERIOD_SECONDS;
  }

  private static long each(long nanos, long count) {
    return count == 0 ? 0 : nanos / count / 1_000;
  }

  static List<List<@Nullable Object>> stats(Engine engine) {
    return rows(engine, true, true);
  }

  static List<List<@Nullable Object>> totals(Engine engine) {
    return rows(engine, true, false);
  }

  static List<List<@Nullable Object>> averages(Engine engine) {
    return rows(engine, false, true);
  }

  private static List<List<@Nullable Object>> rows(Engine engine, boolean total, boolean average) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    byDatabase(engine)
        .forEach(
            (database, both) -> {
              List<@Nullable Object> row = new ArrayList<>();
              row.add(database);
              if (total) {
                row.addAll(totals(both.total()));
              }
              if (average) {
                row.addAll(averages(both.last()));
              }
              rows.add(row);
            });
    return rows;
  }

  static List<List<@Nullable Object>> sum(Engine engine) {
    Both both = Both.ZERO;
    for (ProxyTotals totals : engine.totals()) {
      both = both.plus(totals);
    }
    List<List<@Nullable Object>> rows = new ArrayList<>();
    add(rows, "total_", totals(both.total()));
    add(rows, "avg_", averages(both.last()));
    return rows;
  }

  private static void add(List<List<@Nullable Object>> rows, String prefix, List<Long> values) {
    for (int i = 0; i < NAMES.size(); i++) {
      rows.add(row(prefix + NAMES.get(i), values.get(i)));
    }
  }

  static List<List<@Nullable Object>> statements(Engine engine) {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    for (AdminOffice.Statement one : engine.office().statements()) {
      rows.add(
          row(
              one.database(),
              one.service(),
              one.fingerprint(),
              one.calls(),
              one.rows(),
              one.bytesIn(),
              one.bytesOut(),
              rounded(one.totalMs()),
              rounded(one.waitMs()),
              one.p50Ms() == null ? null : rounded(one.p50Ms()),
              one.p95Ms() == null ? null : rounded(one.p95Ms()),
              one.p99Ms() == null ? null : rounded(one.p99Ms()),
              one.waitP99Ms() == null ? null : rounded(one.waitP99Ms()),
              one.errors(),
              states(one.errorsByState()),
              one.text()));
    }
    return rows;
  }

  private static double rounded(double ms) {
    return Math.round(ms * 1_000) / 1_000.0;
  }

  private static @Nullable String states(Map<String, Long> byState) {
    if (byState.isEmpty()) {
      return null;
    }
    StringBuilder words = new StringBuilder();
    new TreeMap<>(byState)
        .forEach(
            (state, count) ->
                words.append(words.isEmpty() ? "" : " ").append(state).append('=').append(count));
    return words.toString();
  }
}
