package io.mamparo.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsolePagesTest {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static FixtureApi api;

  @BeforeAll
  static void start() {
    api = FixtureApi.start();
  }

  @AfterAll
  static void stop() {
    api.close();
  }

  private static HttpResponse<String> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(api.url() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String assetOf(String html, String suffix) {
    Matcher matcher = Pattern.compile("\"(/console/assets/[^\"]*" + suffix + ")\"").matcher(html);
    assertTrue(matcher.find(), () -> "no " + suffix + " in " + html);
    return Objects.requireNonNull(matcher.group(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/services/cars",
        "/databases/cars",
        "/slos",
        "/slos/cars",
        "/traces",
        "/traces/1a",
        "/gamedays",
        "/gamedays/one"
      })
  void everyPage_isHtmlThatRefusesForeignAndInlineCode(String path) throws Exception {
    HttpResponse<String> page = send("GET", path);
    assertEquals(200, page.statusCode());
    assertEquals("text/html; charset=utf-8", header(page, "content-type"));
    assertEquals("no-cache", header(page, "cache-control"));
    assertEquals("nosniff", header(page, "x-content-type-options"));
    String policy = header(page, "content-security-policy");
    assertTrue(policy.contains("default-src 'none'") && policy.contains("script-src 'self'"));
    assertFalse(policy.contains("unsafe"), policy);
    assertTrue(page.body().contains("<main id=\"main\""));
    assertTrue(page.body().contains("Skip to content"));
  }

  @Test
  void nameInAddress_isTextInTitleHeadingAndData() throws Exception {
    String body = send("GET", "/services/%3Cscript%3Ealert(1)%3C%21--%22%20onload%3D%22x").body();
    String safe = "&lt;script&gt;alert(1)&lt;!--&quot; onload=&quot;x";
    assertTrue(body.contains("<h1>" + safe + "</h1>"), body);
    assertTrue(body.contains("<title>" + safe + " · Service · Mamparo</title>"), body);
    assertTrue(body.contains("data-name=\"" + safe + "\""), body);
    assertFalse(body.contains("<script>alert"), body);
  }

  @Test
  void navigation_marksTheSectionThatThePageBelongsTo() throws Exception {
    String body = send("GET", "/slos/cars").body();
    assertTrue(body.contains("<a href=\"/slos\" aria-current=\"page\""), body);
    assertEquals(1, body.split("aria-current").length - 1);
  }

  @Test
  void assets_areKeptForEverAndConfirmedByTheirTag() throws Exception {
    String address = assetOf(send("GET", "/").body(), "js/main.js");
    HttpResponse<String> script = send("GET", address);
    assertEquals(200, script.statusCode());
    assertEquals("text/javascript; charset=utf-8", header(script, "content-type"));
    assertEquals("public, max-age=31536000, immutable", header(script, "cache-control"));
    String tag = header(script, "etag");
    assertTrue(tag.matches("\"[0-9a-f]{24}\""), tag);
    HttpResponse<String> again = send("GET", address, "If-None-Match", tag);
    assertEquals(304, again.statusCode());
    assertEquals("", again.body());
    assertEquals(200, send("GET", address, "If-None-Match", "\"other\"").statusCode());
  }

  @Test
  void thirdPartyCode_comesFromTheClassPath() throws Exception {
    String html = send("GET", "/").body();
    String css = assetOf(html, "uPlot.min.css");
    assertEquals("text/css; charset=utf-8", header(send("GET", css), "content-type"));
    String plot = css.replace("uPlot.min.css", "uPlot.esm.js");
    assertTrue(send("GET", plot).body().contains("export { uPlot as default }"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/console/assets/",
        "/console/assets/x/js/main.js",
        "/console/assets/../../application.yaml",
        "/console/assets/%2e%2e/%2e%2e/io/mamparo/console/ConsolePages.class",
        "/console/assets/ROOT/js/../../webjars.properties",
        "/console/assets/ROOT/js/nothing.js"
      })
  void whatIsNoListedAsset_isNotFound(String path) throws Exception {
    String main = assetOf(send("GET", "/").body(), "js/main.js");
    String root = main.substring("/console/assets/".length(), main.indexOf("/js/main.js"));
    assertEquals(404, send("GET", path.replace("ROOT", root)).statusCode());
  }

  @Test
  void listOfAssets_isWhatLiesInTheirDirectory() throws IOException, URISyntaxException {
    URL url =
        Objects.requireNonNull(
            Assets.class.getClassLoader().getResource("io/mamparo/console/assets/js/main.js"));
    Path root =
        Objects.requireNonNull(
            Objects.requireNonNull(Path.of(url.toURI()).getParent()).getParent());
    try (var files = Files.walk(root)) {
      Set<String> found =
          files
              .filter(Files::isRegularFile)
              .map(file -> root.relativize(file).toString().replace('\\', '/'))
              .collect(Collectors.toCollection(TreeSet::new));
      assertEquals(found, new TreeSet<>(Assets.OWN));
    }
  }

  @Test
  void addressThatIsNoPage_isAPageThatSaysSo() throws Exception {
    HttpResponse<String> page = send("GET", "/nothing/here");
    assertEquals(404, page.statusCode());
    assertTrue(page.body().contains("There is no such page"));
    assertEquals(404, send("GET", "/services/" + "x".repeat(300)).statusCode());
  }

  @Test
  void addressOfTheControlApi_isLeftToIt() throws Exception {
    HttpResponse<String> answer = send("GET", "/v1/nothing");
    assertEquals(404, answer.statusCode());
    assertFalse(answer.body().contains("<html"), answer.body());
  }

  @Test
  void head_answersWithoutABody() throws Exception {
    HttpResponse<String> page = send("HEAD", "/");
    assertEquals(200, page.statusCode());
    assertEquals("", page.body());
  }
}
