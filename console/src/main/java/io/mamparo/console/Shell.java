package io.mamparo.console;

import java.util.List;

/**
 * Renders the HTML around a page: everything that does not depend on live data, so that the address
 * alone shows where one is, also while scripts load or fail. Immutable, shared by all threads.
 */
final class Shell {

  private record Link(String address, String label, String shortcut) {}

  private static final List<Link> NAVIGATION =
      List.of(
          new Link("/", "Overview", "g o"),
          new Link("/slos", "SLOs", "g s"),
          new Link("/traces", "Traces", "g t"),
          new Link("/gamedays", "Game days", "g g"));

  private static final List<String> STYLES =
      List.of(
          "lib/uplot/uPlot.min.css",
          "css/tokens.css",
          "css/base.css",
          "css/frame.css",
          "css/parts.css",
          "css/map.css",
          "css/trace.css");

  private static final List<String> PRELOADED =
      List.of(
          "lib/lit-html/lit-html.js",
          "lib/lit-html/directive.js",
          "js/live.js",
          "js/api.js",
          "js/format.js",
          "js/frame.js",
          "js/status.js");

  private final Assets assets;

  Shell(Assets assets) {
    this.assets = assets;
  }

  /** The document for {@code page}; {@code name} is any text from the address, or empty. */
  String render(Page page, String name) {
    return """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <title>%s</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" type="image/svg+xml" href="%s">
        %s<script src="%s"></script>
        %s<script type="module" src="%s"></script>
        </head>
        <body data-page="%s" data-name="%s">
        <a class="skip" href="#main">Skip to content</a>
        <header class="bar">
        <a class="brand" href="/"><img src="%s" alt="" width="28" height="28"><span class="brand-name">Mamparo</span></a>
        <span id="stack" class="stack"></span>
        <nav class="nav" aria-label="Main"><ul>
        %s</ul></nav>
        <div class="tools" id="tools"></div>
        </header>
        <div id="banner" class="banner-place" role="alert"></div>
        <main id="main" tabindex="-1">
        <div class="page-head">
        <div class="page-name"><p class="kind">%s</p><h1>%s</h1></div>
        <div class="page-facts" id="facts"></div>
        </div>
        <div id="page"><p class="loading">Loading…</p></div>
        <noscript><p class="empty">The console is drawn by scripts that this server serves. Allow them for this address, or use <code>./mamparo status</code>.</p></noscript>
        </main>
        <div id="overlays"></div>
        </body>
        </html>
        """
        .formatted(
            escape(page.titleFor(name)),
            url("mamparo.svg"),
            styles(),
            url("js/early.js"),
            preloads(page),
            url("js/main.js"),
            page.module(),
            escape(name),
            url("mamparo.svg"),
            navigation(page),
            escape(page.kind()),
            escape(page.headingFor(name)));
  }

  private String url(String asset) {
    return assets.root() + "/" + asset;
  }

  private String styles() {
    StringBuilder html = new StringBuilder();
    STYLES.forEach(s -> html.append("<link rel=\"stylesheet\" href=\"" + url(s) + "\">\n"));
    return html.toString();
  }

  private String preloads(Page page) {
    StringBuilder html = new StringBuilder();
    PRELOADED.forEach(p -> appendPreload(html, p));
    appendPreload(html, "js/pages/" + page.module() + ".js");
    return html.toString();
  }

  private void appendPreload(StringBuilder html, String module) {
    html.append("<link rel=\"modulepreload\" href=\"" + url(module) + "\">\n");
  }

  private static String navigation(Page page) {
    StringBuilder html = new StringBuilder();
    for (Link link : NAVIGATION) {
      String current = link.address().equals(page.section()) ? " aria-current=\"page\"" : "";
      html.append("<li><a href=\"" + link.address() + "\"" + current);
      html.append(" data-keys=\"" + link.shortcut() + "\">" + link.label() + "</a></li>\n");
    }
    return html.toString();
  }

  /** Makes any text safe in element content and in double-quoted attributes. */
  static String escape(String text) {
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> safe.append("&amp;");
        case '<' -> safe.append("&lt;");
        case '>' -> safe.append("&gt;");
        case '"' -> safe.append("&quot;");
        case '\'' -> safe.append("&#39;");
        default -> safe.append(c);
      }
    }
    return safe.toString();
  }
}
