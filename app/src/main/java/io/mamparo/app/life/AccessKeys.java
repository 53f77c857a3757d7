package io.mamparo.app.life;

import io.mamparo.dbproxy.TokenCheck;
import io.mamparo.kernel.Clock;
import io.mamparo.model.Address;
import io.mamparo.wire.aws.RdsToken;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The AWS access key of a stack, made on first use and kept in the data directory, and what is
 * checked with it. Safe for use by several threads.
 */
public final class AccessKeys implements TokenCheck {
  private static final int SECRET_BYTES = 30;
  private static final String PREFIX = "AKIAMAMPARO";
  private static final int ID_LENGTH = 20;

  private final DataDirectory data;
  private final Clock clock;
  private volatile Set<String> endpoints = Set.of();
  private volatile @Nullable String secret;

  /** Nothing is made before it is needed. */
  public AccessKeys(DataDirectory data, Clock clock) {
    this.data = data;
    this.clock = clock;
  }

  /** The access key's id, which is no secret. */
  public String id() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(data.instance().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      String hex = java.util.HexFormat.of().formatHex(hash).toUpperCase(Locale.ROOT);
      return (PREFIX + hex).substring(0, ID_LENGTH);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The secret access key. */
  public String secret() {
    String known = secret;
    if (known == null) {
      known = data.secret("aws-secret-access-key", SECRET_BYTES);
      secret = known;
    }
    return known;
  }

  /** Tokens must be made for this endpoint. */
  void endpoint(Address address) {
    Set<String> hosts = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]", "::1"));
    hosts.add(address.host());
    try {
      hosts.add(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException e) {
      // A machine without a name is reached by its address.
    }
    Set<String> next = new HashSet<>();
    hosts.forEach(host -> next.add(host + ":" + address.port()));
    if (!next.equals(endpoints)) {
      endpoints = Set.copyOf(next);
      secret();
    }
  }

  @Override
  public @Nullable String refusal(String token, String user) {
    return RdsToken.refusal(
        token,
        user,
        endpoints::contains,
        id -> id.equals(id()) ? secret() : null,
        Instant.ofEpochSecond(0, clock.epochNanos()));
  }
}
