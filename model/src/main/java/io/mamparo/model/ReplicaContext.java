package io.mamparo.model;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a replica when it is started; fills in a {@link Template}.
 *
 * @param replica from 0
 * @param port the port it is to listen on
 * @param database its service's login at the database proxy, if the service has a database
 * @param callUrls where it reaches each service of its {@code calls}, without a slash at the end
 */
public record ReplicaContext(
    int replica, int port, @Nullable Database database, Map<String, String> callUrls) {
  public ReplicaContext {
    Require.that(replica >= 0, "replicas count from 0");
    callUrls = Map.copyOf(callUrls);
  }

  /**
   * A login at the database proxy.
   *
   * @param address of the proxy
   * @param name of the database, as the proxy knows it
   */
  public record Database(Address address, String name, String user, Secret password) {
    /** {@code postgres://user:password@host:port/name}; a secret. */
    public String url() {
      return "postgres://"
          + escaped(user)
          + ":"
          + escaped(password.reveal())
          + "@"
          + address
          + "/"
          + escaped(name);
    }

    private static String escaped(String text) {
      return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
  }
}
