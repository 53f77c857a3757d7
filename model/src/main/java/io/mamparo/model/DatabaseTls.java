package io.mamparo.model;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How connections to a database's server are encrypted. The words are libpq's.
 *
 * @param mode how far
 * @param ca who may vouch for the server; absent means the authorities that Java trusts
 * @param certificate shown to the server; absent for none
 * @param key of the certificate; absent means that it is in the same file
 * @param serverName verified and asked for in place of the host; absent for the host
 * @param negotiation whether the server is asked before TLS begins
 * @param binding whether log-ins must be bound to the channel
 */
public record DatabaseTls(
    Mode mode,
    @Nullable Path ca,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String serverName,
    Negotiation negotiation,
    Binding binding) {
  /** Encrypted if the server can, as libpq does. */
  public static final DatabaseTls PREFER =
      new DatabaseTls(Mode.PREFER, null, null, null, null, Negotiation.ASK, Binding.PREFER);

  public DatabaseTls {
    boolean surely = mode.compareTo(Mode.REQUIRE) >= 0;
    Require.that(
        surely || negotiation == Negotiation.ASK,
        "negotiation direct needs mode require, verify-ca or verify-full");
    Require.that(
        surely || binding == Binding.PREFER,
        "channel-binding require needs mode require, verify-ca or verify-full");
    Require.that(key == null || certificate != null, "key belongs to a certificate");
  }

  /** How far the server has to prove who it is. */
  public enum Mode {
    DISABLE,
    PREFER,
    REQUIRE,
    VERIFY_CA,
    VERIFY_FULL
  }

  /** Whether the server is asked before TLS begins. */
  public enum Negotiation {
    ASK,
    DIRECT
  }

  /** Whether log-ins must be bound to the channel. */
  public enum Binding {
    PREFER,
    REQUIRE
  }

  /**
   * What a connection URL says, in libpq's words.
   *
   * @param base what relative paths start from
   * @throws IllegalArgumentException when a value is not known
   */
  static DatabaseTls of(Map<String, String> parameters, Path base) {
    String mode = parameters.getOrDefault("sslmode", "prefer");
    return new DatabaseTls(
        // Plain first and encrypted second is what nobody wants.
        mode.equals("allow") ? Mode.PREFER : word(Mode.class, "sslmode", mode),
        path(parameters.get("sslrootcert"), base),
        path(parameters.get("sslcert"), base),
        path(parameters.get("sslkey"), base),
        null,
        switch (parameters.getOrDefault("sslnegotiation", "postgres")) {
          case "postgres" -> Negotiation.ASK;
          case "direct" -> Negotiation.DIRECT;
          default ->
              throw new IllegalArgumentException("the URL's sslnegotiation is postgres or direct");
        },
        switch (parameters.getOrDefault("channel_binding", "prefer")) {
          case "prefer", "disable" -> Binding.PREFER;
          case "require" -> Binding.REQUIRE;
          default ->
              throw new IllegalArgumentException("the URL's channel_binding is prefer or require");
        });
  }

  private static <E extends Enum<E>> E word(Class<E> type, String name, String value) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(value)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        "the URL's " + name + " is disable, prefer, require, verify-ca or verify-full");
  }

  private static @Nullable Path path(@Nullable String text, Path base) {
    return text == null || text.isEmpty() || text.equals("system") ? null : base.resolve(text);
  }
}
