package io.mamparo.model;

import static io.mamparo.fuzz.Pieces.check;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Stack files and the texts in them: a stack or findings, never an exception. Run by Jazzer. */
public final class StackFileFuzz {
  private static final Path NOWHERE = Path.of("/nonexistent/of/the/fuzzer");

  private StackFileFuzz() {}

  /** Where to begin. */
  public static List<byte[]> seeds() {
    return List.of(
        """
        stack: cars
        databases:
          a: {schema: b.sql}
          c: {url: "postgres://d:e%20f@g:1,[::1]:2/h?sslmode=require"}
        proxy: {pools: {max: 20, borrow-timeout: 2s}}
        services:
          b:
            run: [java, -jar, "{port}"]
            replicas: 2
            env: {X: "${HOME}", Y: "{database.host}"}
            health: /h
            database: {name: a, connections: 8}
            calls: [d]
            timeout: 2s
            retries: {budget: 20%}
            breaker: {failures: 50%, slow: 1s, open: 10s}
            slo: {availability: 99.9%, latency: 99% under 250ms}
          d: {endpoints: [http://e.internal:8001]}
        routes:
          - {path: /a*, to: d}
          - {path: /b/{x}, to: {b: 95%, d: 5%}}
        """
            .getBytes(UTF_8),
        "stack: &a b\nc: *a\nd: !!x |\n  e\n? f\n: [g, 'h', \"\\u0041\"]\n".getBytes(UTF_8),
        "postgres://a:b@c:5432/d?e=f".getBytes(UTF_8),
        "10ms".getBytes(UTF_8),
        "64KiB".getBytes(UTF_8),
        "100/s".getBytes(UTF_8),
        "99.9%".getBytes(UTF_8),
        "[::1]:80".getBytes(UTF_8),
        "a{b}c".getBytes(UTF_8));
  }

  /** One file, or one of the texts that may stand in it. */
  public static void fuzzerTestOneInput(byte[] data) {
    StackFile.Result result = StackFile.parse("f", data, NOWHERE, Map.of("HOME", "/root"));
    switch (result) {
      case StackFile.Valid valid -> check(!valid.stack().name().isEmpty(), "a stack without name");
      case StackFile.Invalid invalid -> {
        check(!invalid.findings().isEmpty(), "neither a stack nor findings");
        for (Finding finding : invalid.findings()) {
          check(finding.line() > 0 && finding.column() > 0, "a finding without a place");
          check(!finding.toString().isEmpty(), "a finding without words");
        }
      }
    }
    String text = new String(data, UTF_8);
    scalar(() -> DatabaseSpec.DatabaseUrl.parse(text));
    scalar(() -> DurationText.parse(text));
    scalar(() -> ByteSize.parse(text));
    scalar(() -> Percentage.parse(text));
    scalar(() -> Rate.parse(text));
    scalar(() -> Address.parse(text));
  }

  private static void scalar(Runnable parse) {
    try {
      parse.run();
    } catch (IllegalArgumentException expected) {
      check(expected.getMessage() != null, "refused without words");
    }
  }
}
