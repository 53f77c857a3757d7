package io.mamparo.app.plan;

import io.mamparo.dbproxy.TokenCheck;
import io.mamparo.dbproxy.UpstreamTls;
import io.mamparo.model.DatabaseTls;
import io.mamparo.wire.tls.ServerTls;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What encrypts connections of the database proxy.
 *
 * @param clients shows certificates to clients; null when they are not encrypted
 * @param servers how connections to a server are encrypted; the same for the same until files
 *     change
 * @param tokens checks those of log-ins by token; always the same
 */
public record Encryption(
    @Nullable ServerTls clients, Function<DatabaseTls, UpstreamTls> servers, TokenCheck tokens) {
  /** Nothing is encrypted. */
  public static final Encryption NONE =
      new Encryption(null, spec -> UpstreamTls.OFF, TokenCheck.NONE);
}
