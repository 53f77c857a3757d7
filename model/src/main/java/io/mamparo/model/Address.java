package io.mamparo.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where something listens or is reached.
 *
 * @param host a name or an IP address, without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
  /** The host that is meant when only a port is written. */
  public static final String LOOPBACK = "127.0.0.1";

  private static final Pattern FORM =
      Pattern.compile("(?:(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9_.-]+):)?(\\d{1,5})");

  public Address {
    Require.that(!host.isEmpty() && host.length() <= 253, "a host has 1 to 253 characters");
    Require.between(1, port, 65535, "a port");
  }

  /**
   * Reads {@code 127.0.0.1:8080}, {@code [::1]:8080} or only a port, which means the loopback
   * interface.
   *
   * @throws IllegalArgumentException when it is written in another way
   */
  public static Address parse(String text) {
    Matcher matcher = FORM.matcher(text);
    Require.that(matcher.matches(), "expected an address such as 127.0.0.1:8080, or a port");
    String host = matcher.group(1) == null ? LOOPBACK : matcher.group(1);
    return new Address(host.replaceAll("[\\[\\]]", ""), Integer.parseInt(matcher.group(2)));
  }

  /** Whether only this machine can reach it. */
  public boolean isLoopback() {
    return host.startsWith("127.") || host.equals("localhost") || host.equals("::1");
  }

  /** {@code host:port}, an IPv6 address in brackets. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
