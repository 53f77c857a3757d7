package io.mamparo.wire.aws;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The token that {@code aws rds generate-db-auth-token} makes: the URL of a request that is never
 * sent, presigned by Signature Version 4, without its scheme. Source: AWS documentation,
 * "Authenticating Requests: Using Query Parameters" and "IAM database authentication".
 *
 * <pre>
 *   HOST:PORT/?Action=connect&DBUser=USER&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…
 * </pre>
 *
 * Stateless.
 */
public final class RdsToken {
  private static final String ALGORITHM = "AWS4-HMAC-SHA256";
  private static final String SERVICE = "rds-db";
  private static final String SIGNATURE = "X-Amz-Signature";

  /** Longer than any real one, with a session token. */
  private static final int LONGEST = 8_192;

  private static final Duration SKEW = Duration.ofMinutes(5);
  private static final Duration LONGEST_LIFE = Duration.ofMinutes(15);
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
  private static final String EMPTY_HASH =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  private RdsToken() {}

  /**
   * Why a token does not let a user in.
   *
   * @param user it must have been made for
   * @param endpoints whether a host and port, as in {@code localhost:6432}, are ours
   * @param secrets the secret access key by the access key's id; null for one that is not known
   * @return null when it lets the user in; else words that hold no secret
   */
  public static @Nullable String refusal(
      String token,
      String user,
      Predicate<String> endpoints,
      Function<String, @Nullable String> secrets,
      Instant now) {
    int slash = token.indexOf("/?");
    if (slash < 0 || token.length() > LONGEST) {
      return "it is no RDS authentication token";
    }
    String endpoint = token.substring(0, slash);
    Map<String, String> query = query(token.substring(slash + 2));
    String[] credential = query.getOrDefault("X-Amz-Credential", "").split("/", -1);
    String date = query.getOrDefault("X-Amz-Date", "");
    boolean shaped =
        query.getOrDefault("X-Amz-Algorithm", "").equals(ALGORITHM)
            && query.getOrDefault("Action", "").equals("connect")
            && query.getOrDefault("X-Amz-SignedHeaders", "").equals("host")
            && credential.length == 5
            && credential[3].equals(SERVICE)
            && credential[4].equals("aws4_request")
            && date.startsWith(credential[1]);
    if (!shaped) {
      return "it is no RDS authentication token";
    }
    if (!query.getOrDefault("DBUser", "").equals(user)) {
      return "the token was made for another user";
    }
    if (!endpoints.test(endpoint)) {
      return "the token was made for another endpoint";
    }
    String late = late(date, query.getOrDefault("X-Amz-Expires", ""), now);
    if (late != null) {
      return late;
    }
    String secret = secrets.apply(credential[0]);
    // An unknown key takes as long as a wrong signature.
    String expected = sign(secret == null ? "" : secret, endpoint, query, credential, date);
    boolean same =
        MessageDigest.isEqual(
            expected.getBytes(StandardCharsets.US_ASCII),
            query.getOrDefault(SIGNATURE, "").getBytes(StandardCharsets.UTF_8));
    return same && secret != null ? null : "its access key or signature is not right";
  }

  private static @Nullable String late(String date, String expires, Instant now) {
    try {
      Instant made = LocalDateTime.parse(date, TIME).toInstant(ZoneOffset.UTC);
      Duration life =
          expires.matches("\\d{1,6}") ? Duration.ofSeconds(Integer.parseInt(expires)) : null;
      if (life == null || life.compareTo(LONGEST_LIFE) > 0) {
        return "the token may be valid for 15 minutes at most";
      }
      if (made.isAfter(now.plus(SKEW))) {
        return "the token is from the future; compare the clocks";
      }
      return now.isAfter(made.plus(life)) ? "the token has expired; make another one" : null;
    } catch (DateTimeException e) {
      return "it is no RDS authentication token";
    }
  }

  private static Map<String, String> query(String text) {
    Map<String, String> query = new TreeMap<>();
    for (String pair : text.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        query.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
      }
    }
    return query;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static String sign(
      String secret, String endpoint, Map<String, String> query, String[] credential, String date) {
    StringBuilder canonical = new StringBuilder();
    query.forEach(
        (name, value) -> {
          if (!name.equals(SIGNATURE)) {
            canonical.append(canonical.isEmpty() ? "" : "&");
            canonical.append(encoded(name)).append('=').append(encoded(value));
          }
        });
    String request = "GET\n/\n" + canonical + "\nhost:" + endpoint + "\n\nhost\n" + EMPTY_HASH;
    String scope = String.join("/", credential[1], credential[2], SERVICE, "aws4_request");
    String toSign = ALGORITHM + "\n" + date + "\n" + scope + "\n" + hex(sha256(request));
    byte[] key = hmac(("AWS4" + secret).getBytes(StandardCharsets.UTF_8), credential[1]);
    key = hmac(hmac(hmac(key, credential[2]), SERVICE), "aws4_request");
    return hex(hmac(key, toSign));
  }

  /** As AWS wants it: all but unreserved characters, in upper-case hexadecimal. */
  private static String encoded(String text) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      boolean unreserved =
          (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || (c >= '0' && c <= '9')
              || "-_.~".indexOf(c) >= 0;
      out.append(unreserved ? String.valueOf(c) : String.format("%%%02X", b & 0xff));
    }
    return out.toString();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, String data) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(data.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
