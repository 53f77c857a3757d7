package io.mamparo.app;

import io.mamparo.model.Stack;
import io.mamparo.model.StackFile;
import java.nio.file.Path;
import java.util.Map;

/** Stacks for tests, from the text that a user would write. */
public final class Stacks {
  /** Two services, one of which calls the other, and a database. */
  public static final String CARS =
      """
      stack: cars
      databases:
        cars: {}
      services:
        bookings:
          run: [java, -jar, bookings.jar]
          replicas: 2
          env: {GREETING: hello, DB: "{database.url}"}
          health: /health
          database: {name: cars, connections: 8}
          calls: [cars]
          timeout: 2s
          concurrency: 64
          retries: {budget: 20%}
          hedge: 20ms
          breaker: {failures: 50%, slow: 1s, open: 10s}
          slo: {availability: 99.9%, latency: 99% under 250ms}
        cars:
          run: [java, -jar, cars.jar]
          database: {name: cars}
      routes:
        - {path: /car*, to: cars}
        - {path: /booking*, to: {bookings: 95%, cars: 5%}}
      """;

  private Stacks() {}

  /** The stack of a text. */
  public static Stack of(String yaml) {
    return StackFile.parse("test.yaml", yaml, Path.of("/srv"), Map.of("PW", "s3cret")).orThrow();
  }
}
