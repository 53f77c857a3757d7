package io.mamparo.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.kernel.Clock;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;

/** Records requests and traces until it is killed; prints how many requests, after each. */
final class CrashRecorder {
  private CrashRecorder() {}

  static Telemetry open(Path dir) {
    Telemetry telemetry = Telemetry.open(dir, TelemetryConfig.DEFAULT, Clock.system(), 1);
    telemetry.promise(List.of(SloSpec.availability("cars", 0.99)));
    return telemetry;
  }

  @SuppressWarnings("SystemOut")
  public static void main(String[] args) throws InterruptedException {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    Telemetry telemetry = open(Path.of(args[0]));
    EdgeRecorder edge = telemetry.edge("ingress", "cars", EdgeKind.HTTP);
    int in = telemetry.names().handle("in");
    long base = Clock.system().epochNanos();
    for (long i = 1; ; i++) {
      edge.record(0, Outcome.OK, 1_000_000);
      telemetry
          .spans(0)
          .begin(base, i, 1, 0)
          .named(SpanKind.SERVER, in, in, Names.NONE)
          .took(Clock.system().epochNanos(), 1_000_000)
          .entry(in)
          .end();
      out.println(i);
      Thread.sleep(5);
    }
  }
}
