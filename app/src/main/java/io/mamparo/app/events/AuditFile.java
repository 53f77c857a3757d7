package io.mamparo.app.events;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.RotatingFile;
import io.mamparo.dbproxy.LogInDecision;
import io.mamparo.kernel.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A line of JSON for every decision about who may come in. Loops never wait for the disk. Safe for
 * use by several threads.
 *
 * <p>Invariant: at most {@value #MOST} lines wait; what does not fit is counted, and a line says
 * so.
 */
public final class AuditFile implements AutoCloseable {
  private static final int MOST = 10_000;
  private static final long LARGEST = 16L << 20;
  private static final int KEEP = 4;

  private record Line(Instant time, LogInDecision decision) {}

  private final LineFile<Line> lines;
  private final Clock clock;
  private final AtomicLong dropped = new AtomicLong();
  private long told; // by the writing thread only

  /** Opens it for appending. */
  public AuditFile(Path path, Clock clock) throws IOException {
    RotatingFile file = new RotatingFile(path, LARGEST, KEEP);
    this.clock = clock;
    lines = new LineFile<>("audit file", () -> file, MOST, this::text);
  }

  /** Notes a decision; never blocks. */
  public void decided(LogInDecision decision) {
    if (!lines.offer(new Line(Instant.ofEpochSecond(0, clock.epochNanos()), decision))) {
      dropped.incrementAndGet();
    }
  }

  /** Decisions that were not written because too many came at once. */
  public long dropped() {
    return dropped.get();
  }

  private String text(Line line) {
    StringBuilder text = new StringBuilder().append(json(line)).append('\n');
    long lost = dropped.get();
    if (lost > told) {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("time", Instant.ofEpochSecond(0, clock.epochNanos()).toString());
      text.append(node.put("event", "dropped").put("count", lost - told)).append('\n');
      told = lost;
    }
    return text.toString();
  }

  private static ObjectNode json(Line line) {
    LogInDecision d = line.decision();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("time", line.time().toString()).put("event", "log-in");
    node.put("allowed", d.allowed()).put("client", d.client());
    put(node, "user", d.user());
    put(node, "database", d.database());
    put(node, "service", d.service() == null ? "" : d.service());
    put(node, "method", d.method());
    put(node, "tls", d.tls());
    put(node, "certificate", d.certificate());
    put(node, "sqlstate", d.sqlState());
    put(node, "reason", d.reason());
    return node;
  }

  private static void put(ObjectNode node, String name, String value) {
    if (!value.isEmpty()) {
      node.put(name, value);
    }
  }

  /** Writes what waits, then closes. */
  @Override
  public void close() {
    lines.close();
  }
}
