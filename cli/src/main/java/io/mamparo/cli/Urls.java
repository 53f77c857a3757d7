package io.mamparo.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Pieces of URLs. */
final class Urls {
  private Urls() {}

  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
