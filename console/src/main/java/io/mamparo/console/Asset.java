package io.mamparo.console;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** One file the browser may load, held in memory with its strong entity tag. Immutable. */
final class Asset {

  private final String contentType;
  private final String etag;
  private final byte[] content;

  private Asset(String contentType, String etag, byte[] content) {
    this.contentType = contentType;
    this.etag = etag;
    this.content = content;
  }

  static Asset of(String path, byte[] content) {
    return new Asset(typeOf(path), '"' + digest(content).substring(0, 24) + '"', content);
  }

  static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String typeOf(String path) {
    String extension = path.substring(path.lastIndexOf('.') + 1);
    return switch (extension) {
      case "js" -> "text/javascript; charset=utf-8";
      case "css" -> "text/css; charset=utf-8";
      case "svg" -> "image/svg+xml";
      case "txt" -> "text/plain; charset=utf-8";
      default -> throw new IllegalArgumentException(path + ": no content type is known for it");
    };
  }

  String contentType() {
    return contentType;
  }

  String etag() {
    return etag;
  }

  /** Its bytes; nobody writes to them. */
  byte[] content() {
    return content;
  }
}
