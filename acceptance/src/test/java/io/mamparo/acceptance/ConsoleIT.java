package io.mamparo.acceptance;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The console of the running car rental in a real browser, kept as pictures. */
@NeedsProgram("chromium")
final class ConsoleIT {
  private static RunningStack stack;

  @BeforeAll
  static void up() {
    stack = RunningStack.cars();
    Await.until(
        "the visitor's first requests on the map",
        Duration.ofSeconds(30),
        () -> {
          for (var edge :
              RunningStack.json(stack.get(stack.control("/v1/overview")).body()).get("edges")) {
            if (edge.get("to").asText().equals("cars") && edge.get("rps").asDouble() > 0) {
              return true;
            }
          }
          return false;
        });
  }

  @AfterAll
  static void down() {
    if (stack != null) {
      stack.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "overview, /, 1440x900, bookings",
    "overview-phone, /, 360x800, bookings",
    "service, /services/bookings, 1440x1400, bookings",
    "database, /databases/cars, 1440x1400, cars",
    "slos, /slos, 1440x900, 99.9",
    "traces, /traces, 1440x900, cars",
  })
  void aPageShowsWhatRuns(String name, String path, String size, String text) throws IOException {
    Path pictures = Files.createDirectories(Path.of("target/screenshots")).toAbsolutePath();
    Path profile = Files.createTempDirectory(stack.home, "chromium");
    String dom = chromium(profile, size, "--dump-dom", stack.control(path).toString());
    Path picture = pictures.resolve(name + ".png");
    chromium(profile, size, "--screenshot=" + picture, stack.control(path).toString());
    assertTrue(dom.contains(text), name + " does not show " + text + ":\n" + dom);
    assertTrue(Files.size(picture) > 10_000, "an empty picture: " + picture);
  }

  private static String chromium(Path profile, String size, String what, String url) {
    return Command.run(
            Duration.ofSeconds(90),
            Map.of(),
            List.of(
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                "--timeout=4000",
                "--user-data-dir=" + profile,
                "--window-size=" + size.replace('x', ','),
                what,
                url))
        .mustSucceed()
        .output();
  }
}
