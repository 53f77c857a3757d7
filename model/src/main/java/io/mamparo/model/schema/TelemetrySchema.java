package io.mamparo.model.schema;

import io.mamparo.model.ByteSize;
import io.mamparo.model.Defaults;
import io.mamparo.model.Percentage;
import io.mamparo.model.Rate;
import io.mamparo.model.TelemetrySpec.Retention;
import io.mamparo.model.TelemetrySpec.Sampling;
import io.mamparo.model.TelemetrySpec.SlowLog;
import java.time.Duration;
import java.util.List;

/** The inner parts of {@code telemetry}. */
final class TelemetrySchema {
  private static final Key<Rate> RATE =
      Key.of(
          "traces-per-second",
          Scalar.RATE,
          Defaults.TELEMETRY.sampling().tracesPerSecond(),
          "Of each entry point, whatever they are.");
  private static final Key<Percentage> REST =
      Key.of("rest", Scalar.PERCENTAGE, Defaults.TELEMETRY.sampling().rest(), "Of all others.");
  private static final Key<Duration> SLOW =
      Key.optional(
          "slow",
          Scalar.DURATION,
          "slower than 99 % of the last minutes",
          "Traces that took longer are kept.");

  static final Section<Sampling> SAMPLING =
      Section.of(
          "telemetry.sampling",
          "Which finished traces are kept, beside those with an error and those whose caller asked"
              + " for it.",
          List.of(RATE, REST, SLOW),
          f -> new Sampling(f.get(RATE), f.get(REST), f.find(SLOW)));

  private static final Key<Duration> STATEMENTS =
      Key.of(
          "statements",
          Scalar.DURATION,
          Defaults.SLOW_LOG.statements(),
          "Statements that took longer, waiting for a connection included.");
  private static final Key<Duration> TRANSACTIONS =
      Key.of(
          "transactions",
          Scalar.DURATION,
          Defaults.SLOW_LOG.transactions(),
          "Transactions that were open for longer.");

  static final Section<SlowLog> SLOW_LOG =
      Section.of(
          "telemetry.slow-log",
          "What stands in `logs/slow-statements.log` of the data directory, without literals; shown"
              + " by `mamparo logs slow-statements`.",
          List.of(STATEMENTS, TRANSACTIONS),
          f -> new SlowLog(f.get(STATEMENTS), f.get(TRANSACTIONS)));

  private TelemetrySchema() {}

  static Section<Retention> retention(String path, Retention defaults) {
    Key<Duration> age = Key.of("age", Scalar.DURATION, defaults.age(), "What is older is deleted.");
    Key<ByteSize> size =
        Key.of(
            "size",
            Scalar.SIZE,
            defaults.size(),
            "When there is more, the oldest is deleted. At least 16MiB.");
    return Section.of(
        path,
        "How much of the past is kept.",
        List.of(age, size),
        f -> new Retention(f.get(age), f.get(size)));
  }
}
