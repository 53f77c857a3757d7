package io.mamparo.mesh.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.Reason;
import io.mamparo.mesh.RequestRecord;
import org.jspecify.annotations.Nullable;

/** An exchange as its listener sees it: as a whole, or one of its tries. Owned by one loop. */
final class ExchangeRecord implements RequestRecord {
  private static final int LONGEST_PATH = 256;

  private final Exchange x;

  /** The try that is told, the request's own or its hedge; null for the request. */
  private @Nullable Exchange side;

  private boolean calledOff;

  ExchangeRecord(Exchange x) {
    this.x = x;
  }

  /** From now on tells of one try. */
  ExchangeRecord of(Exchange one, boolean wasCalledOff) {
    side = one;
    calledOff = wasCalledOff;
    return this;
  }

  /** From now on tells of the request again. */
  void ofRequest() {
    side = null;
    calledOff = false;
  }

  private Exchange side() {
    return side == null ? x : side;
  }

  @Override
  public String caller() {
    return x.caller;
  }

  @Override
  public @Nullable String service() {
    return x.service();
  }

  @Override
  public @Nullable String route() {
    return x.route;
  }

  @Override
  public String method() {
    return x.request.method().name();
  }

  @Override
  public @Nullable String template() {
    return x.template;
  }

  @Override
  public String path() {
    int from = x.request.pathStart();
    int length = Math.min(x.request.pathEnd() - from, LONGEST_PATH);
    return new String(x.request.bytes(), from, length, ISO_8859_1);
  }

  @Override
  public int status() {
    return x.status;
  }

  @Override
  public int grpcStatus() {
    return x.call.status;
  }

  @Override
  public Reason reason() {
    return x.reason;
  }

  @Override
  public @Nullable String endpoint() {
    return side().endpoint();
  }

  @Override
  public @Nullable String version() {
    return side().version;
  }

  @Override
  public int tries() {
    return side == null ? x.tries : side.pair.number;
  }

  @Override
  public boolean hedged() {
    return x.pair.sent;
  }

  @Override
  public boolean hedge() {
    return side().pair.hedged;
  }

  @Override
  public boolean calledOff() {
    return calledOff;
  }

  @Override
  public boolean budgetSpent() {
    return x.budgetSpent;
  }

  @Override
  public boolean wouldDeny() {
    return x.wouldDeny;
  }

  @Override
  public long startEpochNanos() {
    return side == null ? x.startEpoch : x.startEpoch + (side.tryStart - x.startNanos);
  }

  @Override
  public long durationNanos() {
    return x.endNanos - (side == null ? x.startNanos : side.tryStart);
  }

  @Override
  public long firstByteNanos() {
    return x.firstByte;
  }

  @Override
  public long requestBytes() {
    return x.requestBytes;
  }

  @Override
  public long responseBytes() {
    return x.responseBytes;
  }

  @Override
  public long traceHigh() {
    return x.trace.high;
  }

  @Override
  public long traceLow() {
    return x.trace.low;
  }

  @Override
  public long span() {
    return x.trace.span;
  }

  @Override
  public long parentSpan() {
    return x.trace.parent;
  }

  @Override
  public boolean sampled() {
    return x.trace.sampled;
  }

  @Override
  public boolean traced() {
    return x.trace.adopted;
  }

  @Override
  public boolean visitor() {
    return x.visitor;
  }

  @Override
  public int loop() {
    return x.loop.index;
  }
}
