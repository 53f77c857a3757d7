package io.mamparo.app.plan;

import io.mamparo.compute.Login;
import io.mamparo.dbproxy.AccessRule;
import io.mamparo.dbproxy.DatabaseProxyConfig;
import io.mamparo.dbproxy.DatabaseProxyConfig.BreakerSettings;
import io.mamparo.dbproxy.DatabaseProxyConfig.Database;
import io.mamparo.dbproxy.DatabaseProxyConfig.Guests;
import io.mamparo.dbproxy.DatabaseProxyConfig.Limits;
import io.mamparo.dbproxy.DatabaseProxyConfig.Pool;
import io.mamparo.dbproxy.DatabaseProxyConfig.Replicas;
import io.mamparo.dbproxy.DatabaseProxyConfig.Server;
import io.mamparo.dbproxy.DatabaseProxyConfig.Times;
import io.mamparo.dbproxy.PoolMode;
import io.mamparo.dbproxy.Secret;
import io.mamparo.dbproxy.Security;
import io.mamparo.dbproxy.UpstreamTls;
import io.mamparo.model.AccessSpec;
import io.mamparo.model.Address;
import io.mamparo.model.BreakerSpec;
import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.Defaults;
import io.mamparo.model.ProxySpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import io.mamparo.model.TlsSpec;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Stack and logins to the database proxy's configuration. Stateless. */
public final class ProxyPlan {
  /** Connections of the login that people share. */
  public static final int PERSON_CONNECTIONS = 5;

  private static final PoolSize PERSON =
      new PoolSize(0, DatabaseSpec.PERSON_SHARE, PERSON_CONNECTIONS);

  /** Stands for a port that is not known yet: nobody listens there, so clients wait. */
  private static final int NOT_YET = 1;

  /** Under these names the control token opens the admin database. */
  public static final List<String> TOKEN_USERS = List.of("mamparo", "pgbouncer");

  private ProxyPlan() {}

  /** The configuration; databases whose access is not known yet are left out. */
  public static DatabaseProxyConfig of(
      Stack stack, Map<String, DatabaseAccess> accesses, int portOffset, Encryption encryption) {
    Address listen = stack.proxy().listen().at(portOffset);
    List<Database> databases = new ArrayList<>();
    List<DatabaseProxyConfig.Login> logins = new ArrayList<>();
    for (String name : stack.databases().keySet()) {
      DatabaseAccess access = accesses.get(name);
      if (access != null) {
        databases.add(database(access, stack, encryption));
        logins.add(login(access, access.person(), people(access, stack), null, stack));
        services(stack, access, logins);
        tokens(stack, access, logins);
      }
    }
    return new DatabaseProxyConfig(
        new InetSocketAddress(listen.host(), listen.port()),
        databases,
        logins,
        new Limits(
            stack.proxy().clients(),
            Limits.DEFAULT.loginTimeout(),
            stack.proxy().pools().preparedStatements(),
            Limits.DEFAULT.fingerprints()),
        security(stack.proxy(), encryption));
  }

  private static Security security(ProxySpec proxy, Encryption encryption) {
    TlsSpec tls = proxy.tls();
    List<AccessRule> rules = new ArrayList<>();
    for (AccessSpec rule : proxy.access()) {
      rules.add(
          new AccessRule(
              rule.then() == AccessSpec.Then.ALLOW,
              Set.copyOf(rule.databases()),
              Set.copyOf(rule.users()),
              Set.copyOf(rule.services()),
              Set.copyOf(rule.networks()),
              rule.over() == AccessSpec.Over.TLS));
    }
    return new Security(
        encryption.clients(),
        tls != null && tls.plain() == TlsSpec.Plain.REFUSE,
        tls != null && tls.clients().certificates() == TlsSpec.Certificates.REQUIRED,
        tls == null ? Map.of() : tls.clients().logins(),
        rules,
        Security.Throttle.DEFAULT,
        encryption.tokens());
  }

  /** Those whose names nobody else has. */
  private static void tokens(
      Stack stack, DatabaseAccess access, List<DatabaseProxyConfig.Login> logins) {
    for (String user : stack.proxy().iam()) {
      boolean taken =
          logins.stream()
              .anyMatch(l -> l.user().equals(user) && l.database().equals(access.name()));
      if (!taken) {
        DatabaseProxyConfig.Login person = login(access, access.person(), PERSON, null, stack);
        logins.add(
            new DatabaseProxyConfig.Login(
                user,
                Secret.of(""),
                access.name(),
                person.upstreamUser(),
                person.upstreamPassword(),
                person.pool(),
                null,
                DatabaseProxyConfig.Proof.TOKEN));
      }
    }
  }

  /** Whoever has the credentials of a url may be a whole application, not one person. */
  private static PoolSize people(DatabaseAccess access, Stack stack) {
    ProxySpec.PoolSpec pools = stack.proxy().pools();
    return access.upstream() == null
        ? PERSON
        : new PoolSize(pools.min(), DatabaseSpec.PERSON_SHARE, pools.max());
  }

  /**
   * Who may enter the proxy's admin database: whoever the control token is given to, and the people
   * of each database.
   */
  public static List<DatabaseProxyConfig.Admin> admins(
      Map<String, DatabaseAccess> accesses, String token) {
    List<DatabaseProxyConfig.Admin> admins = new ArrayList<>();
    for (String user : TOKEN_USERS) {
      admins.add(new DatabaseProxyConfig.Admin(user, Secret.of(token)));
    }
    for (DatabaseAccess access : new TreeMap<>(accesses).values()) {
      admins.add(
          new DatabaseProxyConfig.Admin(
              access.person().user(), Secret.of(access.person().password())));
    }
    return admins;
  }

  private static void services(
      Stack stack, DatabaseAccess access, List<DatabaseProxyConfig.Login> logins) {
    for (Map.Entry<String, Login> entry : new TreeMap<>(access.services()).entrySet()) {
      ServiceSpec service = stack.services().get(entry.getKey());
      if (service != null
          && service.database() != null
          && service.database().name().equals(access.name())) {
        logins.add(login(access, entry.getValue(), size(stack, service), service, stack));
      }
    }
  }

  private record PoolSize(int min, int share, int max) {}

  /** Beyond its share a service gets what others leave, where a database has a common limit. */
  private static PoolSize size(Stack stack, ServiceSpec service) {
    ServiceSpec.DatabaseUse use = Objects.requireNonNull(service.database());
    int share = service.connections(stack.proxy());
    Integer common =
        Objects.requireNonNull(stack.databases().get(use.name())).servers().connections();
    int max = common == null || use.max() == null ? share : use.max();
    int min = use.min() == null ? stack.proxy().pools().min() : use.min();
    return new PoolSize(Math.min(min, max), share, max);
  }

  private static Database database(DatabaseAccess access, Stack stack, Encryption encryption) {
    DatabaseSpec spec = Objects.requireNonNull(stack.databases().get(access.name()));
    UpstreamTls tls =
        spec instanceof DatabaseSpec.External external
            ? encryption.servers().apply(external.tls())
            : UpstreamTls.OFF;
    List<Server> servers = new ArrayList<>();
    access.servers().forEach(each -> servers.add(new Server(each.host(), each.port())));
    if (servers.isEmpty()) {
      servers.add(new Server(access.host(), access.port() == 0 ? NOT_YET : access.port()));
    }
    DatabaseSpec.Servers use = spec.servers();
    return new Database(
        access.name(),
        servers,
        access.dbname(),
        breaker(stack.proxy().breaker()),
        tls,
        use.connections() == null ? 0 : use.connections(),
        new Replicas(use.replicaLag(), use.readReplicas()),
        guests(access, spec, stack));
  }

  /** Nothing is kept for guests; they get what others leave. */
  private static @Nullable Guests guests(DatabaseAccess access, DatabaseSpec spec, Stack stack) {
    Login upstream = access.upstream();
    if (!(spec instanceof DatabaseSpec.External external)
        || external.authQuery() == null
        || upstream == null) {
      return null;
    }
    PoolSize size = new PoolSize(0, 0, stack.proxy().pools().max());
    return new Guests(
        external.authQuery(),
        upstream.user(),
        Secret.of(upstream.password()),
        pool(access, size, null, stack),
        Guests.MOST);
  }

  /** The proxy has better defaults for a database than those of a service's breaker. */
  private static BreakerSettings breaker(@Nullable BreakerSpec spec) {
    if (spec == null) {
      return new BreakerSettings(1, Integer.MAX_VALUE, Duration.ofMillis(500));
    }
    return Objects.equals(spec, Defaults.PROXY.breaker())
        ? BreakerSettings.DEFAULT
        : new BreakerSettings(spec.failures().ratio(), spec.minimumCalls(), spec.open());
  }

  private static DatabaseProxyConfig.Login login(
      DatabaseAccess access,
      Login login,
      PoolSize size,
      @Nullable ServiceSpec service,
      Stack stack) {
    Login upstream = access.upstream() == null ? login : access.upstream();
    return new DatabaseProxyConfig.Login(
        login.user(),
        Secret.of(login.password()),
        access.name(),
        upstream.user(),
        Secret.of(upstream.password()),
        pool(access, size, service, stack),
        service == null ? null : service.name());
  }

  private static Pool pool(
      DatabaseAccess access, PoolSize size, @Nullable ServiceSpec service, Stack stack) {
    ProxySpec proxy = stack.proxy();
    return new Pool(
        size.min(),
        size.share(),
        size.max(),
        proxy.pools().waiting(),
        proxy.pools().borrowTimeout(),
        proxy.pools().idleTimeout(),
        proxy.pools().maxLifetime(),
        proxy.pools().checkAfter(),
        new Times(
            proxy.pools().transactionTimeout(),
            proxy.pools().idleInTransaction(),
            proxy.pools().clientIdle()),
        mode(access, service, stack));
  }

  /** What stands nearest to the pool counts. */
  private static PoolMode mode(DatabaseAccess access, @Nullable ServiceSpec service, Stack stack) {
    ServiceSpec.DatabaseUse use = service == null ? null : service.database();
    io.mamparo.model.PoolMode own = use == null ? null : use.mode();
    DatabaseSpec database = Objects.requireNonNull(stack.databases().get(access.name()));
    return switch (own == null ? stack.mode(database) : own) {
      case TRANSACTION -> PoolMode.TRANSACTION;
      case SESSION -> PoolMode.SESSION;
      case STATEMENT -> PoolMode.STATEMENT;
    };
  }
}
