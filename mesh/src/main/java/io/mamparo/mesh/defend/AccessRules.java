package io.mamparo.mesh.defend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mamparo.mesh.ServicePolicy.Access;
import io.mamparo.mesh.ServicePolicy.Allow;
import io.mamparo.mesh.choose.PathPattern;
import io.mamparo.wire.http.RequestHead;
import java.util.Arrays;

/** Who may call a service: what no rule allows is denied. Immutable. */
public final class AccessRules {
  /** What is to happen. */
  public enum Verdict {
    /** It goes on. */
    ALLOWED,
    /** It goes on, but would not if the rules were in force. */
    WOULD_DENY,
    /** It is refused. */
    DENIED
  }

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Rule(Allow allow, byte[][] methods, PathPattern[] paths) {}

  private final Access.Mode mode;
  private final Rule[] rules;

  AccessRules(Access access) {
    mode = access.mode();
    rules =
        access.rules().stream()
            .map(
                allow ->
                    new Rule(
                        allow,
                        allow.methods().stream()
                            .map(m -> m.getBytes(ISO_8859_1))
                            .toArray(byte[][]::new),
                        allow.paths().stream().map(PathPattern::of).toArray(PathPattern[]::new)))
            .toArray(Rule[]::new);
  }

  /** What is to happen to a request of a caller. */
  public Verdict judge(String caller, RequestHead head) {
    if (mode == Access.Mode.OFF) {
      return Verdict.ALLOWED;
    }
    for (Rule rule : rules) {
      if (allows(rule, caller, head)) {
        return Verdict.ALLOWED;
      }
    }
    return mode == Access.Mode.ON ? Verdict.DENIED : Verdict.WOULD_DENY;
  }

  private static boolean allows(Rule rule, String caller, RequestHead head) {
    return (rule.allow().from().isEmpty() || rule.allow().from().contains(caller))
        && method(rule, head)
        && path(rule, head);
  }

  private static boolean method(Rule rule, RequestHead head) {
    byte[] b = head.bytes();
    for (byte[] method : rule.methods()) {
      if (Arrays.equals(b, head.methodStart(), head.methodEnd(), method, 0, method.length)) {
        return true;
      }
    }
    return rule.methods().length == 0;
  }

  /** By the path that the service will see. */
  private static boolean path(Rule rule, RequestHead head) {
    if (rule.paths().length == 0) {
      return true;
    }
    byte[] b = head.bytes();
    int from = head.sentStart();
    int to = from;
    while (to < head.sentEnd() && b[to] != '?') {
      to++;
    }
    if (ambiguous(b, from, to)) {
      return false;
    }
    for (PathPattern path : rule.paths()) {
      if (path.matches(b, from, to)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a server could take the path for another one: by {@code .} and {@code ..} segments,
   * empty segments, backslashes, or dots, slashes and percent signs in percent-encoding.
   */
  static boolean ambiguous(byte[] b, int from, int to) {
    for (int i = from; i < to; i++) {
      boolean segment = i == from || b[i - 1] == '/';
      if (b[i] == '/' && segment && i > from) {
        return true;
      }
      if (b[i] == '\\' || b[i] == ';') {
        return true;
      }
      if (b[i] == '.' && segment) {
        int end = i + 1 < to && b[i + 1] == '.' ? i + 2 : i + 1;
        if (end == to || b[end] == '/') {
          return true;
        }
      }
      if (b[i] == '%' && i + 2 < to && encoded(b[i + 1], b[i + 2])) {
        return true;
      }
    }
    return false;
  }

  private static boolean encoded(byte high, byte low) {
    int lower = low | 0x20;
    return (high == '2' && (lower == 'e' || lower == 'f' || low == '5'))
        || (high == '5' && lower == 'c')
        || (high == '3' && lower == 'b')
        || (high == '0' && low == '0');
  }
}
