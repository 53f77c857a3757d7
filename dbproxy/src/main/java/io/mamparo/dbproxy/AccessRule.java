package io.mamparo.dbproxy;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Set;

/**
 * Who may come in. Empty sets fit anything. Immutable.
 *
 * @param allow or refuse
 * @param databases that are asked for
 * @param users that are logged in as
 * @param services that the log-in was made for, or that the client's certificate names; {@code
 *     people} is a log-in of no service
 * @param networks addresses, or networks such as 10.0.0.0/8
 * @param encrypted whether it fits encrypted connections only
 */
public record AccessRule(
    boolean allow,
    Set<String> databases,
    Set<String> users,
    Set<String> services,
    Set<String> networks,
    boolean encrypted) {
  /** The service of log-ins that belong to none. */
  public static final String PEOPLE = "people";

  public AccessRule {
    databases = Set.copyOf(databases);
    users = Set.copyOf(users);
    services = Set.copyOf(services);
    networks = Set.copyOf(networks);
    networks.forEach(network -> contains(network, new byte[4]));
  }

  /**
   * Whether it decides.
   *
   * @param identities the service of the log-in and what its certificate names
   */
  public boolean fits(
      String database, String user, Set<String> identities, InetAddress client, boolean tls) {
    return (databases.isEmpty() || databases.contains(database))
        && (users.isEmpty() || users.contains(user))
        && (services.isEmpty() || services.stream().anyMatch(identities::contains))
        && (networks.isEmpty()
            || networks.stream().anyMatch(network -> contains(network, client.getAddress())))
        && (tls || !encrypted);
  }

  /**
   * Whether a network has this address.
   *
   * @throws IllegalArgumentException when it is no network
   */
  static boolean contains(String network, byte[] address) {
    int slash = network.indexOf('/');
    String base = slash < 0 ? network : network.substring(0, slash);
    byte[] bytes = NetUtil.createByteArrayFromIpAddressString(base);
    int bits = bits(network, slash, bytes == null ? 0 : bytes.length * 8);
    if (bytes == null || bits < 0 || bits > bytes.length * 8) {
      throw new IllegalArgumentException(network + " is no address and no network");
    }
    if (bytes.length != address.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      if ((((bytes[i / 8] ^ address[i / 8]) >> (7 - i % 8)) & 1) != 0) {
        return false;
      }
    }
    return true;
  }

  private static int bits(String network, int slash, int all) {
    if (slash < 0) {
      return all;
    }
    String written = network.substring(slash + 1);
    return written.matches("\\d{1,3}") ? Integer.parseInt(written) : -1;
  }
}
