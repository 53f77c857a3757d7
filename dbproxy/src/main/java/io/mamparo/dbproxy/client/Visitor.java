package io.mamparo.dbproxy.client;

import io.mamparo.dbproxy.AccessRule;
import io.mamparo.dbproxy.LogInDecision;
import io.mamparo.dbproxy.LogInListener;
import io.mamparo.dbproxy.Security;
import io.mamparo.wire.tls.Identity;
import io.mamparo.wire.tls.TlsSession;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of a client that wants to come in. Owned by one event loop. */
final class Visitor {
  private final Security security;
  private final LogInListener listener;
  private final InetAddress address;
  private @Nullable TlsSession tls;
  private List<String> names = List.of();
  private boolean told;
  private String user = "";
  private String database = "";
  private String method = "";
  private boolean admin;

  Visitor(Channel channel, Security security, LogInListener listener) {
    this.security = security;
    this.listener = listener;
    address =
        channel.remoteAddress() instanceof InetSocketAddress from
            ? from.getAddress()
            : InetAddress.getLoopbackAddress();
  }

  /** The connection is encrypted now. */
  void encrypted(@Nullable TlsSession session) {
    tls = session;
    X509Certificate certificate = session == null ? null : session.client();
    names = certificate == null ? List.of() : Identity.names(certificate);
  }

  @Nullable TlsSession tls() {
    return tls;
  }

  String address() {
    return address.getHostAddress();
  }

  String user() {
    return user;
  }

  String database() {
    return database;
  }

  /** Notes whom it says to be. */
  void asks(Map<String, String> startup) {
    user = startup.getOrDefault("user", "");
    database = startup.getOrDefault("database", user);
  }

  /** Notes how it proves itself. */
  void method(String by) {
    method = by;
  }

  /** Notes whether it has to prove to be an admin. */
  void admin(boolean asked) {
    admin = asked;
  }

  /** Whether its certificate alone stands for the user. */
  boolean certified() {
    for (String name : names) {
      if (security.certificateLogins().getOrDefault(name, Set.of()).contains(user)) {
        method = "certificate";
        return true;
      }
    }
    return false;
  }

  /** Why it need not even prove who it is; null when it may try. */
  Verdict.@Nullable Refused unwelcome(Throttle throttle, long now) {
    if (user.isEmpty()) {
      return new Verdict.Refused(
          "28000", "no PostgreSQL user name specified in startup packet", null);
    }
    String unfit = unfit();
    if (unfit != null) {
      return new Verdict.Refused("28000", unfit, "Connect with sslmode=require or stronger.");
    }
    long wait = throttle.waits(address(), user, now);
    return wait == 0
        ? null
        : new Verdict.Refused(
            "28000",
            "too many failed log-ins of user \"" + user + "\" from " + address(),
            "Try again in " + Math.ceilDiv(wait, 1_000_000_000L) + " s.");
  }

  private @Nullable String unfit() {
    if (security.tlsRequired() && tls == null) {
      return "the proxy takes encrypted connections only";
    }
    if (security.certificateRequired() && names.isEmpty()) {
      return "connection requires a valid client certificate";
    }
    return null;
  }

  /** Whether it may come in, now that it has proven who it is. */
  Verdict verdict(Accounts accounts, Map<String, String> startup) {
    if (admin) {
      return admitted(null) ? new Verdict.Admin() : ruledOut();
    }
    Account account = accounts.find(user, database);
    if (account == null && accounts.leadsToAdmin(database)) {
      return new Verdict.Refused(
          "28000",
          "user \"" + user + "\" may not enter the admin database",
          "Log in as mamparo env says.");
    }
    if (account == null) {
      return accounts.databases().contains(database)
          ? new Verdict.Refused(
              "28000", "user \"" + user + "\" has no login for database \"" + database + "\"", null)
          : new Verdict.Refused("3D000", "database \"" + database + "\" does not exist", null);
    }
    if (!admitted(account.login().service())) {
      return ruledOut();
    }
    if (!"false".equals(startup.getOrDefault("replication", "false"))) {
      return new Verdict.Refused(
          "0A000",
          "replication connections are not supported by the proxy",
          "Connect to the server directly.");
    }
    return new Verdict.Admitted(account);
  }

  private Verdict.Refused ruledOut() {
    return new Verdict.Refused(
        "28000",
        "no rule lets user \"" + user + "\" use database \"" + database + "\" from here",
        "The stack file's proxy.access says who may; see the audit file.");
  }

  private boolean admitted(@Nullable String service) {
    List<AccessRule> rules = security.rules();
    if (rules.isEmpty()) {
      return true;
    }
    Set<String> identities = new HashSet<>(names);
    identities.add(service == null ? AccessRule.PEOPLE : service);
    for (AccessRule rule : rules) {
      if (rule.fits(database, user, identities, address, tls != null)) {
        return rule.allow();
      }
    }
    return false;
  }

  void letIn(@Nullable String service) {
    tell(true, service, "", "");
  }

  void refused(String sqlState, String reason) {
    tell(false, null, sqlState, reason);
  }

  private void tell(boolean allowed, @Nullable String service, String sqlState, String reason) {
    if (told) {
      return;
    }
    told = true;
    TlsSession session = tls;
    listener.onLogIn(
        new LogInDecision(
            allowed,
            address(),
            user,
            database,
            service,
            method,
            session == null ? "" : session.version() + " " + session.cipher(),
            names.isEmpty() ? "" : names.getFirst(),
            sqlState,
            reason));
  }
}
