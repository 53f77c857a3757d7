package io.mamparo.console;

import java.util.List;

/**
 * The pages of the console. A page is an address, a heading and the name of the ES module under
 * {@code assets/js/pages} that fills it from the control API. Immutable.
 *
 * @param path address; {@code {name}} stands for the thing the page is about
 * @param module file name of its ES module, without {@code .js}
 * @param kind what the page is about, shown above the heading; also what the title says
 * @param heading heading, or empty where the name in the address is the heading
 * @param section address of the entry in the main navigation it belongs to
 */
record Page(String path, String module, String kind, String heading, String section) {

  static final List<Page> ALL =
      List.of(
          new Page("/", "overview", "Stack", "Overview", "/"),
          new Page("/services/{name}", "service", "Service", "", "/"),
          new Page("/databases/{name}", "database", "Database", "", "/"),
          new Page("/slos", "slos", "Promises", "Service level objectives", "/slos"),
          new Page("/slos/{name}", "slo", "Service level objectives", "", "/slos"),
          new Page("/traces", "traces", "Requests", "Traces", "/traces"),
          new Page("/traces/{name}", "trace", "Trace", "", "/traces"),
          new Page("/gamedays", "gamedays", "Rehearsals", "Game days", "/gamedays"),
          new Page("/gamedays/{name}", "gameday", "Game day", "", "/gamedays"));

  static final Page NOT_FOUND = new Page("", "missing", "404", "There is no such page", "");

  /** The heading for the thing called {@code name}, as plain text. */
  String headingFor(String name) {
    return heading.isEmpty() ? name : heading;
  }

  /** The document's title for the thing called {@code name}, as plain text. */
  String titleFor(String name) {
    return heading.isEmpty() ? name + " · " + kind + " · Mamparo" : heading + " · Mamparo";
  }
}
