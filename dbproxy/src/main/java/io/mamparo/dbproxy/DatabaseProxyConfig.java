package io.mamparo.dbproxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the database proxy is to do. Immutable. A login is known by its user and its database
 * together, so the same user may lead to several databases.
 *
 * @param listen where clients connect; port 0 picks a free one
 * @param databases what can be reached, each under its own name
 * @param logins who may reach what; each has a pool of its own (a bulkhead)
 * @param limits what keeps the proxy itself bounded
 * @param security how clients come in
 * @param admins who may enter the admin database, {@code mamparo} or {@code pgbouncer}; of two with
 *     one name the first counts
 */
public record DatabaseProxyConfig(
    InetSocketAddress listen,
    List<Database> databases,
    List<Login> logins,
    Limits limits,
    Security security,
    List<Admin> admins) {

  /** Without encryption and rules. */
  public DatabaseProxyConfig(
      InetSocketAddress listen, List<Database> databases, List<Login> logins, Limits limits) {
    this(listen, databases, logins, limits, Security.NONE);
  }

  /** Nobody may enter the admin database. */
  public DatabaseProxyConfig(
      InetSocketAddress listen,
      List<Database> databases,
      List<Login> logins,
      Limits limits,
      Security security) {
    this(listen, databases, logins, limits, security, List.of());
  }

  /** The same, with clients coming in another way. */
  public DatabaseProxyConfig withSecurity(Security other) {
    return new DatabaseProxyConfig(listen, databases, logins, limits, other, admins);
  }

  public DatabaseProxyConfig {
    databases = List.copyOf(databases);
    logins = List.copyOf(logins);
    admins = List.copyOf(admins);
    Set<String> names = new HashSet<>();
    for (Database database : databases) {
      require(names.add(database.name()), "database " + database.name() + " is declared twice");
    }
    Set<String> users = new HashSet<>();
    for (Login login : logins) {
      require(
          names.contains(login.database()),
          "login " + login.user() + " leads to unknown database " + login.database());
      require(
          users.add(login.user() + "\0" + login.database()),
          "login " + login.user() + " of database " + login.database() + " is declared twice");
    }
  }

  /** As this, with these admins. */
  public DatabaseProxyConfig withAdmins(List<Admin> those) {
    return new DatabaseProxyConfig(listen, databases, logins, limits, security, those);
  }

  /**
   * Somebody who may enter the admin database.
   *
   * @param user the name clients give
   * @param password the password clients must prove (SCRAM-SHA-256)
   */
  public record Admin(String user, Secret password) {
    public Admin {
      require(!user.isEmpty(), "an admin needs a name");
    }
  }

  /**
   * A database behind the proxy.
   *
   * @param name what clients ask for; what asks for {@code NAME-ro} reads from its replicas
   * @param servers at least one; with several, the one that is no replica is found and watched
   * @param dbname its name on the servers
   * @param breaker when to stop trying a server
   * @param tls how connections to the servers are encrypted
   * @param connections server connections of all its pools together; 0 for no such limit
   * @param replicas how its replicas are used
   * @param guests who may log in beside its logins; null for nobody
   */
  public record Database(
      String name,
      List<Server> servers,
      String dbname,
      BreakerSettings breaker,
      UpstreamTls tls,
      int connections,
      Replicas replicas,
      @Nullable Guests guests) {
    /** Of a database's name, for clients that want to read from its replicas. */
    public static final String READ_ONLY = "-ro";

    public Database {
      servers = List.copyOf(servers);
      require(!name.isEmpty() && !dbname.isEmpty(), "a database needs names");
      require(!servers.isEmpty(), "database " + name + " has no server");
      require(
          new HashSet<>(servers).size() == servers.size(),
          "a server of database " + name + " is declared twice");
      require(connections >= 0 && connections <= 100_000, "connections must be 0 to 100000");
    }

    /** One server, no limit but those of the pools. */
    public Database(String name, String host, int port, String dbname, BreakerSettings breaker) {
      this(name, host, port, dbname, breaker, UpstreamTls.OFF);
    }

    /** One server, over connections that are encrypted so. */
    public Database(
        String name,
        String host,
        int port,
        String dbname,
        BreakerSettings breaker,
        UpstreamTls tls) {
      this(name, List.of(new Server(host, port)), dbname, breaker, tls, 0, Replicas.DEFAULT, null);
    }

    /** The same, with guests or without. */
    public Database with(@Nullable Guests others) {
      return new Database(name, servers, dbname, breaker, tls, connections, replicas, others);
    }
  }

  /**
   * Users who log in with a password that only the database's server knows. Each gets a pool of its
   * own, whose connections are those of its own role.
   *
   * @param query asks for a user, {@code $1}; the first row's second column is what the server
   *     keeps of its password, {@code SCRAM-SHA-256$…}
   * @param user the role that asks
   * @param password that role's password
   * @param pool the server connections of each user
   * @param most users at once
   */
  public record Guests(String query, String user, Secret password, Pool pool, int most) {
    /** As many as there may be by default. */
    public static final int MOST = 1_000;

    public Guests {
      require(query.contains("$1"), "the query must ask for $1, the user");
      require(!user.isEmpty(), "somebody has to ask");
      require(most > 0, "most must be positive");
    }
  }

  /**
   * A server of a database.
   *
   * @param host its name or address, looked up anew for every connection
   * @param port its port
   */
  public record Server(String host, int port) {
    public Server {
      require(!host.isEmpty(), "a server needs a host");
      require(port > 0 && port < 65536, "port " + port + " of server " + host);
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }

  /**
   * How replicas are used.
   *
   * @param lag how far behind a replica that is read from may be
   * @param transactions whether transactions that a client begins as read-only go to replicas, not
   *     only those of clients that ask for {@code NAME-ro}
   */
  public record Replicas(Duration lag, boolean transactions) {
    /** Ten seconds; read-only transactions stay on the primary. */
    public static final Replicas DEFAULT = new Replicas(Duration.ofSeconds(10), false);

    public Replicas {
      requirePositive(lag, "lag");
    }
  }

  /**
   * When a database counts as down. Only failures to connect and lost connections count; an SQL
   * error does not. A server that answers a connection attempt closes the breaker at once.
   *
   * @param failures share of attempts that must fail, 0 to 1
   * @param minimumCalls attempts before the share means anything
   * @param open how long between probes once open, at most; probes also follow the reconnect pace
   */
  public record BreakerSettings(double failures, int minimumCalls, Duration open) {
    /** Half of at least five attempts; a probe each half second. */
    public static final BreakerSettings DEFAULT =
        new BreakerSettings(0.5, 5, Duration.ofMillis(500));

    public BreakerSettings {
      require(failures > 0 && failures <= 1, "failures must be above 0 and at most 1");
      require(minimumCalls > 0, "minimumCalls must be positive");
      requirePositive(open, "open");
    }
  }

  /**
   * A user of the proxy.
   *
   * @param user the name clients give
   * @param password the password clients must prove (SCRAM-SHA-256)
   * @param database the name of the database it leads to
   * @param upstreamUser the role on the server
   * @param upstreamPassword that role's password
   * @param pool the server connections of this login
   * @param service the service it was made for, null for people
   * @param proof how clients prove to be this user
   */
  public record Login(
      String user,
      Secret password,
      String database,
      String upstreamUser,
      Secret upstreamPassword,
      Pool pool,
      @Nullable String service,
      Proof proof) {
    /** A login by password. */
    public Login(
        String user,
        Secret password,
        String database,
        String upstreamUser,
        Secret upstreamPassword,
        Pool pool,
        @Nullable String service) {
      this(user, password, database, upstreamUser, upstreamPassword, pool, service, Proof.PASSWORD);
    }

    public Login {
      require(!user.isEmpty() && !upstreamUser.isEmpty(), "a login needs names");
    }
  }

  /** How clients prove who they are. */
  public enum Proof {
    /** By the login's password (SCRAM-SHA-256). */
    PASSWORD,
    /** By a token instead of a password, over an encrypted connection only. */
    TOKEN
  }

  /**
   * The server connections of one login.
   *
   * @param min how many are kept open, from the start on
   * @param share how many of the database's {@code connections} it can always have; it may borrow
   *     more, up to {@code max}, while others do not need theirs
   * @param max how many at most, over all loops
   * @param waiting how many transactions may wait for one, before the next is refused at once
   * @param borrowTimeout how long a transaction waits for one before SQLSTATE 53300
   * @param idle how long an unused one is kept
   * @param lifetime how old one may grow; 5 % of jitter is taken off
   * @param check after how long unused one is asked for a sign of life before it is lent
   * @param times how long clients may take
   * @param mode for how long a client keeps one; holds for clients that log in from then on
   */
  public record Pool(
      int min,
      int share,
      int max,
      int waiting,
      Duration borrowTimeout,
      Duration idle,
      Duration lifetime,
      Duration check,
      Times times,
      PoolMode mode) {
    private static final int MOST = 10_000;

    /** 20 connections, 2 s of waiting, 10 min idle, 1 h of life. */
    public static final Pool DEFAULT =
        new Pool(20, Duration.ofSeconds(2), Duration.ofMinutes(10), Duration.ofHours(1));

    public Pool {
      require(max > 0 && max <= MOST, "a pool has 1 to 10000 connections");
      require(min >= 0 && min <= max, "min must be 0 to max");
      require(share >= 0 && share <= max, "share must be 0 to max");
      require(waiting >= 0, "waiting must not be negative");
      requirePositive(borrowTimeout, "borrowTimeout");
      requirePositive(idle, "idle");
      requirePositive(lifetime, "lifetime");
      requirePositive(check, "check");
    }

    /** In transaction mode. */
    public Pool(
        int min,
        int share,
        int max,
        int waiting,
        Duration borrowTimeout,
        Duration idle,
        Duration lifetime,
        Duration check,
        Times times) {
      this(
          min,
          share,
          max,
          waiting,
          borrowTimeout,
          idle,
          lifetime,
          check,
          times,
          PoolMode.TRANSACTION);
    }

    /** The same in another mode. */
    public Pool with(PoolMode other) {
      return new Pool(min, share, max, waiting, borrowTimeout, idle, lifetime, check, times, other);
    }

    /**
     * None kept open, all of it its share, room for 10,000 to wait, no limits of clients' times.
     */
    public Pool(int max, Duration borrowTimeout, Duration idle, Duration lifetime) {
      this(
          0,
          max,
          max,
          MOST,
          borrowTimeout,
          idle,
          lifetime,
          Duration.ofSeconds(30),
          Times.UNLIMITED,
          PoolMode.TRANSACTION);
    }
  }

  /**
   * How long a client may take; zero for as long as it likes.
   *
   * @param transaction from a transaction's first statement to its end
   * @param idleInTransaction between two statements of a transaction
   * @param idle between two transactions
   */
  public record Times(Duration transaction, Duration idleInTransaction, Duration idle) {
    /** No limits. */
    public static final Times UNLIMITED = new Times(Duration.ZERO, Duration.ZERO, Duration.ZERO);

    public Times {
      require(
          !transaction.isNegative() && !idleInTransaction.isNegative() && !idle.isNegative(),
          "a time must not be negative");
    }
  }

  /**
   * Bounds of the proxy itself.
   *
   * @param clients connections at once
   * @param loginTimeout how long a client may take to log in
   * @param preparedPerServer prepared statements kept on one server connection
   * @param fingerprints statement texts told apart; the rest counts as {@link Fingerprint#OTHER}
   */
  public record Limits(
      int clients, Duration loginTimeout, int preparedPerServer, int fingerprints) {
    /** 20,000 clients, 10 s to log in, 200 prepared statements a server, 5,000 fingerprints. */
    public static final Limits DEFAULT = new Limits(20_000, Duration.ofSeconds(10), 200, 5_000);

    public Limits {
      require(clients > 0, "clients must be positive");
      requirePositive(loginTimeout, "loginTimeout");
      require(preparedPerServer > 0, "preparedPerServer must be positive");
      require(fingerprints > 0, "fingerprints must be positive");
    }
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static void requirePositive(Duration duration, String name) {
    require(duration.isPositive(), name + " must be positive");
  }
}
