package io.mamparo.console;

import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.http.PathMatchers;
import io.helidon.http.Status;
import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.mamparo.app.WebExtension;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The console: HTML pages that read the control API from the browser, like any other client, and
 * know no plane. Loaded by {@link java.util.ServiceLoader}; its handlers run on virtual threads and
 * share nothing that changes.
 */
public final class ConsolePages implements WebExtension {

  private static final Predicate<Method> READ = Method.predicate(Method.GET, Method.HEAD);
  private static final String FOR_EVER = "public, max-age=31536000, immutable";
  private static final int LONGEST_NAME = 256;

  private final Assets assets = Assets.load();
  private final Shell shell = new Shell(assets);

  @Override
  public void mount(HttpRouting.Builder routing) {
    read(routing, "/console/assets/*", this::asset);
    for (Page page : Page.ALL) {
      read(routing, page.path(), (request, response) -> page(page, request, response));
    }
    read(routing, "/*", this::missing);
  }

  private static void read(HttpRouting.Builder routing, String path, Handler handler) {
    routing.route(READ, PathMatchers.create(path), handler);
  }

  private void page(Page page, ServerRequest request, ServerResponse response) {
    String name = request.path().pathParameters().first("name").orElse("");
    if (name.length() > LONGEST_NAME) {
      send(response.status(Status.NOT_FOUND_404), Page.NOT_FOUND, "");
    } else {
      send(response, page, name);
    }
  }

  /** Addresses of the control API are not ours to answer, even when nothing is there. */
  private void missing(ServerRequest request, ServerResponse response) {
    String path = request.path().path();
    if (path.equals("/v1") || path.startsWith("/v1/")) {
      response.next();
      return;
    }
    send(response.status(Status.NOT_FOUND_404), Page.NOT_FOUND, "");
  }

  private void send(ServerResponse response, Page page, String name) {
    SecurityHeaders.addTo(response)
        .header(HeaderNames.CONTENT_TYPE, "text/html; charset=utf-8")
        .header(HeaderNames.CACHE_CONTROL, "no-cache")
        .send(shell.render(page, name));
  }

  private void asset(ServerRequest request, ServerResponse response) {
    Asset asset = assets.at(request.path().path());
    SecurityHeaders.addTo(response);
    if (asset == null) {
      response.status(Status.NOT_FOUND_404).header(HeaderNames.CACHE_CONTROL, "no-store").send();
      return;
    }
    response
        .header(HeaderNames.ETAG, asset.etag())
        .header(HeaderNames.CACHE_CONTROL, FOR_EVER)
        .header(HeaderNames.CONTENT_TYPE, asset.contentType());
    if (matches(request.headers().first(HeaderNames.IF_NONE_MATCH).orElse(null), asset.etag())) {
      response.status(Status.NOT_MODIFIED_304).send();
    } else {
      response.send(asset.content());
    }
  }

  private static boolean matches(@Nullable String ifNoneMatch, String etag) {
    return ifNoneMatch != null && (ifNoneMatch.equals("*") || ifNoneMatch.contains(etag));
  }
}
