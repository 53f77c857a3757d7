package io.mamparo.console;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Everything under {@code /console/assets}: read from the class path once, then immutable and
 * shared by all threads.
 *
 * <p>Only the files listed here can be asked for, so no address leads anywhere else on the class
 * path. All of them live below one directory named after the digest of them all: the browser may
 * keep them for ever, relative imports between modules stay within one version, and an upgrade of
 * Mamparo changes every address at once.
 */
final class Assets {

  /** Written by us, under {@code io/mamparo/console/assets}. */
  static final List<String> OWN =
      List.of(
          "mamparo.svg",
          "css/tokens.css",
          "css/base.css",
          "css/frame.css",
          "css/parts.css",
          "css/map.css",
          "css/trace.css",
          "js/early.js",
          "js/main.js",
          "js/api.js",
          "js/bars.js",
          "js/chart.js",
          "js/css.js",
          "js/frame.js",
          "js/format.js",
          "js/icons.js",
          "js/jump.js",
          "js/layout.js",
          "js/live.js",
          "js/map.js",
          "js/mapnode.js",
          "js/poll.js",
          "js/recent.js",
          "js/shortcuts.js",
          "js/slo.js",
          "js/spark.js",
          "js/status.js",
          "js/table.js",
          "js/theme.js",
          "js/windows.js",
          "js/trace/critical.js",
          "js/trace/details.js",
          "js/trace/minimap.js",
          "js/trace/tree.js",
          "js/trace/waterfall.js",
          "js/pages/overview.js",
          "js/pages/service.js",
          "js/pages/database.js",
          "js/pages/slos.js",
          "js/pages/slo.js",
          "js/pages/traces.js",
          "js/pages/trace.js",
          "js/pages/gamedays.js",
          "js/pages/gameday.js",
          "js/pages/missing.js");

  /** From WebJars, address below {@code lib/<package>/}. */
  private static final Map<String, List<String>> THIRD_PARTY =
      Map.of(
          "uplot", List.of("uPlot.esm.js", "uPlot.min.css"),
          "lit-html",
              List.of(
                  "lit-html.js", "directive.js", "directives/repeat.js", "directive-helpers.js"));

  private final Map<String, Asset> byPath;
  private final String root;

  private Assets(Map<String, Asset> byPath) {
    this.byPath = byPath;
    this.root = "/console/assets/" + versionOf(byPath);
  }

  /** Reads all files; fails if one is missing, for then the build is broken. */
  static Assets load() {
    Map<String, Asset> files = new LinkedHashMap<>();
    for (String path : OWN) {
      files.put(path, Asset.of(path, read("io/mamparo/console/assets/" + path)));
    }
    Properties webjars = webjars();
    for (String name : THIRD_PARTY.keySet().stream().sorted().toList()) {
      for (String file : THIRD_PARTY.getOrDefault(name, List.of())) {
        String path = "lib/" + name + "/" + file;
        files.put(path, Asset.of(path, read(webjars.getProperty(name) + file)));
      }
    }
    return new Assets(files);
  }

  /** Address of the directory that holds all assets of this version, without a closing slash. */
  String root() {
    return root;
  }

  /** The asset at an address such as {@code /console/assets/<version>/js/main.js}, or null. */
  @Nullable Asset at(String address) {
    return address.startsWith(root + "/") ? byPath.get(address.substring(root.length() + 1)) : null;
  }

  private static String versionOf(Map<String, Asset> files) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    files.forEach((path, asset) -> all.writeBytes((path + asset.etag()).getBytes(UTF_8)));
    return Asset.digest(all.toByteArray()).substring(0, 16);
  }

  private static Properties webjars() {
    Properties properties = new Properties();
    try (InputStream in = open("io/mamparo/console/webjars.properties")) {
      properties.load(in);
      return properties;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] read(String resource) {
    try (InputStream in = open(resource)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static InputStream open(String resource) {
    InputStream in = Assets.class.getClassLoader().getResourceAsStream(resource);
    if (in == null) {
      throw new IllegalStateException(resource + " is not on the class path: the build is broken");
    }
    return in;
  }
}
