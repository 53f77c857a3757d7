package io.mamparo.console;

import io.mamparo.testkit.Await;
import java.util.List;
import java.util.concurrent.Callable;

/** A fixture and a browser that looks at it. One thread. */
final class Stage implements AutoCloseable {

  /** Every kind of page, with something on it. */
  static final List<String> PAGES =
      List.of(
          "/",
          "/services/payments",
          "/databases/cars",
          "/slos",
          "/slos/payments",
          "/traces",
          "/traces/00000000000000000000000000abc003",
          "/gamedays",
          "/gamedays/database-killed",
          "/nothing");

  final FixtureApi api = FixtureApi.start();
  final Browser browser = new Browser();

  /** Opens a page and waits until it has figures. */
  void open(String path) {
    browser.open(api.url() + path);
    await(
        path + " is drawn",
        () ->
            browser.has("#page > *")
                && !browser.has("#page .loading")
                && browser.text("#live").equals("Live")
                && graphsAreDrawn());
  }

  private boolean graphsAreDrawn() {
    return browser.count("time-chart") == browser.count("time-chart canvas");
  }

  static void await(String what, Callable<Boolean> condition) {
    Await.until(what, Browser.PATIENCE, condition);
  }

  /** A file name for a page's screenshot. */
  static String nameOf(String path) {
    return path.equals("/") ? "overview" : path.substring(1).replace('/', '-');
  }

  @Override
  public void close() {
    browser.close();
    api.close();
  }
}
