package io.mamparo.app.events;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.dbproxy.Fingerprint;
import io.mamparo.dbproxy.StatementRecord;
import io.mamparo.kernel.Clock;
import io.mamparo.model.TelemetrySpec;
import io.mamparo.telemetry.CounterFamily;
import io.mamparo.telemetry.Telemetry;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * The log of slow statements and long transactions: a line of JSON each, in a file that is moved to
 * {@code .1}, {@code .2} … when it has grown too large. Texts are normalised, so no literal is in
 * it. The loops hand lines to a virtual thread, at most {@value #AHEAD} ahead; what is more is
 * dropped and counted.
 */
public final class SlowLog implements AutoCloseable {
  /** Its name among the logs. */
  public static final String NAME = "slow-statements";

  private static final Logger LOG = System.getLogger(SlowLog.class.getName());
  private static final int AHEAD = 1_024;
  private static final long LARGEST = 8 << 20;
  private static final int KEPT = 3;

  private final Path file;
  private final Clock clock;
  private final CounterFamily written;
  private final CounterFamily dropped;
  private final ArrayBlockingQueue<ObjectNode> queue = new ArrayBlockingQueue<>(AHEAD);
  private final Thread writer;
  private volatile long statementNanos = Long.MAX_VALUE;
  private volatile long transactionNanos = Long.MAX_VALUE;

  /** Begins to write; nothing counts as slow before {@link #configure}. */
  public SlowLog(Path file, Telemetry telemetry, Clock clock) {
    this.file = file;
    this.clock = clock;
    written =
        telemetry.counters(
            "mamparo_dbproxy_slow_total",
            "Slow statements and long transactions, as in the slow log.",
            "database",
            "kind");
    dropped =
        telemetry.counters(
            "mamparo_dbproxy_slow_dropped_total",
            "Slow statements and transactions that the slow log could not keep up with.",
            "database");
    writer = Thread.ofVirtual().name("slow log").start(this::write);
  }

  /** What counts as slow from now on; null for nothing. */
  public void configure(TelemetrySpec.@Nullable SlowLog spec) {
    statementNanos = spec == null ? Long.MAX_VALUE : spec.statements().toNanos();
    transactionNanos = spec == null ? Long.MAX_VALUE : spec.transactions().toNanos();
  }

  void statement(StatementRecord statement) {
    if (statement.queueNanos() + statement.executionNanos() < statementNanos) {
      return;
    }
    ObjectNode line =
        line("statement", statement.database(), statement.login(), statement.service());
    line.put("waitMs", ms(statement.queueNanos()))
        .put("executionMs", ms(statement.executionNanos()))
        .put("rows", statement.rows())
        .put("bytesOut", statement.bytesOut())
        .put("backendPid", statement.backendPid());
    if (statement.sqlState() != null) {
      line.put("sqlState", statement.sqlState());
    }
    if (statement.traced()) {
      line.put("trace", String.format("%016x%016x", statement.traceHigh(), statement.traceLow()));
    }
    offer(line.put("statement", statement.fingerprint().text()));
  }

  void transaction(
      String database, String login, @Nullable String service, long nanos, Fingerprint last) {
    if (nanos >= transactionNanos) {
      offer(
          line("transaction", database, login, service)
              .put("ms", ms(nanos))
              .put("lastStatement", last.text()));
    }
  }

  private ObjectNode line(String kind, String database, String login, @Nullable String service) {
    long now = clock.epochNanos();
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", Instant.ofEpochMilli(now / 1_000_000).toString());
    line.put("kind", kind).put("database", database).put("login", login);
    return line.put("service", service);
  }

  private static double ms(long nanos) {
    return Math.round(nanos / 1e3) / 1e3;
  }

  private void offer(ObjectNode line) {
    String database = line.path("database").asText();
    if (queue.offer(line)) {
      written.with(database, line.path("kind").asText()).add(1);
    } else {
      dropped.with(database).add(1);
    }
  }

  private void write() {
    try {
      while (true) {
        write(queue.take());
      }
    } catch (InterruptedException e) {
      for (ObjectNode line = queue.poll(); line != null; line = queue.poll()) {
        write(line);
      }
    }
  }

  private void write(ObjectNode line) {
    try {
      if (!Files.exists(file)) {
        Files.createDirectories(file.getParent());
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      } else if (Files.size(file) > LARGEST) {
        rotate();
        write(line);
        return;
      }
      try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, "slow log " + file + " cannot be written", e);
    }
  }

  private void rotate() throws IOException {
    for (int i = KEPT; i > 0; i--) {
      Path from = i == 1 ? file : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Path numbered(int i) {
    return file.resolveSibling(file.getFileName() + "." + i);
  }

  /** Writes what is there and ends. */
  @Override
  public void close() {
    writer.interrupt();
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
