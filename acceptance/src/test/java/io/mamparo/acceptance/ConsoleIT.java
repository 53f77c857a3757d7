package io.mamparo.acceptance;

import io.mamparo.testkit.Await;
import io.mamparo.testkit.NeedsProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The console of the running car rental in a real browser, kept as pictures. */
@NeedsProgram({"chromium", "chromedriver"})
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
    "overview, /, 1440, 900, bookings",
    "overview-phone, /, 360, 800, bookings",
    "service, /services/bookings, 1440, 1400, Called by",
    "database, /databases/cars, 1440, 1400, select",
    "slos, /slos, 1440, 900, 99.9",
    "traces, /traces, 1440, 900, visitor",
  })
  void aPageShowsWhatRuns(String name, String path, int width, int height, String text)
      throws IOException {
    Path pictures = Files.createDirectories(Path.of("target/screenshots"));
    ChromeDriver browser = browser(Files.createTempDirectory(stack.home, "chromium"));
    try {
      browser.executeCdpCommand(
          "Emulation.setDeviceMetricsOverride",
          Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
      browser.get(stack.control(path).toString());
      Await.until(
          name + " shows " + text,
          Duration.ofSeconds(30),
          () ->
              browser
                  .findElement(By.tagName("main"))
                  .getText()
                  .toLowerCase(Locale.ROOT)
                  .contains(text.toLowerCase(Locale.ROOT)));
      Files.write(pictures.resolve(name + ".png"), browser.getScreenshotAs(OutputType.BYTES));
    } finally {
      browser.quit();
    }
  }

  private static ChromeDriver browser(Path profile) {
    ChromeOptions options = new ChromeOptions();
    options.setBinary("/usr/bin/chromium");
    options.addArguments(
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--user-data-dir=" + profile);
    return new ChromeDriver(
        new ChromeDriverService.Builder()
            .usingDriverExecutable(Path.of("/usr/bin/chromedriver").toFile())
            .usingAnyFreePort()
            .build(),
        options);
  }
}
