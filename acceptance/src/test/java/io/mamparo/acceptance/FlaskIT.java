package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.NeedsProgram;
import io.mamparo.testkit.Ports;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
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
    }
  }
}
