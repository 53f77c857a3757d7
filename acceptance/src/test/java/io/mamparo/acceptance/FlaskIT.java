package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program that knows nothing of Mamparo runs by {@code env} and {@code port} alone. */
@NeedsProgram({"/usr/bin/python3", "python3:flask", "python3:psycopg2"})
final class FlaskIT {
  @Test
  void aFlaskProgramWithItsOwnVariableNamesRunsUnchanged(@TempDir Path directory)
      throws IOException {
    String port = Integer.toString(Ports.free());
    Path example = Path.of(System.getProperty("mamparo.root"), "examples/flask");
    for (String name : List.of("app.py", "schema.sql", "mamparo.yaml")) {
      String text = Files.readString(example.resolve(name)).replace("5001", port);
      Files.writeString(directory.resolve(name), text);
    }
    try (RunningStack stack =
        RunningStack.of(
            directory.resolve("mamparo.yaml"),
            Map.of("PATH", "/usr/bin:" + System.getenv("PATH")))) {
      HttpResponse<String> posted =
          stack.send("POST", stack.ingress("/notes"), "{\"text\": \"hello from flask\"}");
      assertEquals(201, posted.statusCode(), posted.body());
      HttpResponse<String> read = stack.get(stack.ingress("/notes"));
      assertEquals(200, read.statusCode(), read.body());
      assertTrue(read.body().contains("hello from flask"), read.body());
      sqlJoinsTheTraceOfARequest(stack);
    }
  }

  /** Its statements carry no comment; they belong to the only request that it works on. */
  private static void sqlJoinsTheTraceOfARequest(RunningStack stack) {
    String traceId = "5cf92f3577b34da6a3ce929d0e0e4736";
    HttpRequest traced =
        HttpRequest.newBuilder(stack.ingress("/notes"))
            .header("traceparent", "00-" + traceId + "-00f067aa0ba902b7-01")
            .build();
    Await.until(
        "a trace of a request with a statement that names no trace",
        Duration.ofSeconds(60),
        () -> {
          stack.http.send(traced, HttpResponse.BodyHandlers.ofString());
          HttpResponse<String> trace = stack.get(stack.control("/v1/traces/" + traceId));
          return trace.statusCode() == 200
              && trace.body().contains("FROM note")
              && trace.body().contains("joinedBy");
        });
  }
}
