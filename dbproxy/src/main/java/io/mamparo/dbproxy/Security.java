package io.mamparo.dbproxy;

import io.mamparo.wire.tls.ServerTls;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How clients come in. Immutable.
 *
 * @param tls shows certificates; null when connections cannot be encrypted
 * @param tlsRequired whether plain connections are refused
 * @param certificateRequired whether clients must show a certificate
 * @param certificateLogins by a certificate's name: the users it stands for without a password
 * @param rules the first that fits decides; when there is none, all may come in
 * @param throttle failed log-ins
 * @param tokens checks those of log-ins by token
 */
public record Security(
    @Nullable ServerTls tls,
    boolean tlsRequired,
    boolean certificateRequired,
    Map<String, Set<String>> certificateLogins,
    List<AccessRule> rules,
    Throttle throttle,
    TokenCheck tokens) {
  /** No encryption, no rules. */
  public static final Security NONE =
      new Security(null, false, false, Map.of(), List.of(), Throttle.DEFAULT);

  /** Without log-ins by token. */
  public Security(
      @Nullable ServerTls tls,
      boolean tlsRequired,
      boolean certificateRequired,
      Map<String, Set<String>> certificateLogins,
      List<AccessRule> rules,
      Throttle throttle) {
    this(
        tls, tlsRequired, certificateRequired, certificateLogins, rules, throttle, TokenCheck.NONE);
  }

  public Security {
    certificateLogins = Map.copyOf(certificateLogins);
    rules = List.copyOf(rules);
  }

  /**
   * When log-ins are slowed down. After {@code free} failures of a user from an address the next
   * try is refused for a second, then two, four …
   *
   * @param free failures that cost nothing
   * @param mostSeconds of waiting
   */
  public record Throttle(int free, int mostSeconds) {
    /** Five failures; at most a minute. */
    public static final Throttle DEFAULT = new Throttle(5, 60);

    public Throttle {
      if (free < 1 || mostSeconds < 1 || mostSeconds > 3600) {
        throw new IllegalArgumentException("a throttle needs 1 failure and 1 to 3600 seconds");
      }
    }
  }
}
