package io.mamparo.model;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A database of the stack; every one is reachable by its name through the database proxy. */
public sealed interface DatabaseSpec {
  /** What people can always have of a database's {@code connections}. */
  int PERSON_SHARE = 1;

  /** As the stack file and the proxy know it. */
  String name();

  /** How its servers are used. */
  Servers servers();

  /**
   * How the servers of a database are used.
   *
   * @param connections server connections of all pools together; absent means that only each pool's
   *     own limit holds
   * @param replicaLag how far behind a replica that is read from may be
   * @param readReplicas whether transactions that clients begin as read-only go to replicas
   * @param mode for how long clients keep a connection; absent means {@code proxy.pools.mode}
   */
  record Servers(
      @Nullable Integer connections,
      Duration replicaLag,
      boolean readReplicas,
      @Nullable PoolMode mode) {
    /** No common limit; ten seconds; read-only transactions stay on the primary. */
    public static final Servers DEFAULT = new Servers(null, Duration.ofSeconds(10), false, null);

    public Servers {
      if (connections != null) {
        Require.between(1, connections, 10_000, "connections");
      }
      Require.that(
          replicaLag.compareTo(Duration.ofSeconds(1)) >= 0, "replica-lag must be at least 1s");
    }
  }

  /**
   * A PostgreSQL that Mamparo runs.
   *
   * @param schema SQL that is applied once, after the database was created; absolute
   */
  record Managed(String name, @Nullable Path schema, Servers servers) implements DatabaseSpec {
    public Managed {
      Require.databaseName(name);
    }
  }

  /**
   * A PostgreSQL that exists.
   *
   * @param tls how connections to it are encrypted
   * @param authQuery asks for what the server keeps of the password of a user, {@code $1}; absent
   *     when its users may not log in through the proxy
   */
  record External(
      String name, DatabaseUrl url, DatabaseTls tls, Servers servers, @Nullable String authQuery)
      implements DatabaseSpec {
    /** What {@code auth-query: on} means; only superusers may read that table. */
    public static final String AUTH_QUERY =
        "SELECT rolname, rolpassword FROM pg_catalog.pg_authid WHERE rolname = $1 AND rolcanlogin"
            + " AND (rolvaliduntil IS NULL OR rolvaliduntil > now())";

    public External {
      Require.databaseName(name);
      Require.that(authQuery == null || authQuery.contains("$1"), "auth-query must ask for $1");
    }
  }

  /**
   * {@code postgres://user:password@host:port/database?sslmode=require}; several servers are
   * separated by commas: {@code host1:port1,host2:port2}.
   *
   * @param addresses a primary and its replicas in any order; mostly one
   * @param database its name on that server
   * @param parameters what follows the question mark, e.g. {@code sslmode}
   */
  record DatabaseUrl(
      List<Address> addresses,
      String database,
      String user,
      Secret password,
      Map<String, String> parameters) {
    public DatabaseUrl {
      addresses = List.copyOf(addresses);
      Require.that(!addresses.isEmpty(), "the URL names no host");
      Require.that(
          Set.copyOf(addresses).size() == addresses.size(), "the URL names a server twice");
      Require.that(!database.isEmpty(), "the URL names no database");
      Require.that(!user.isEmpty(), "the URL names no user");
      parameters = Map.copyOf(parameters);
    }

    /**
     * What it says of encryption, in libpq's words.
     *
     * @param base what relative paths start from
     * @throws IllegalArgumentException when a value is not known
     */
    public DatabaseTls tls(Path base) {
      return DatabaseTls.of(parameters, base);
    }

    /** The first server's. */
    public Address address() {
      return addresses.getFirst();
    }

    /** As this, with a password that the URL does not hold. */
    public DatabaseUrl withPassword(Secret password) {
      return new DatabaseUrl(addresses, database, user, password, parameters);
    }

    /**
     * Reads an URL; no complaint shows any of it.
     *
     * @throws IllegalArgumentException when it is not of this form
     */
    public static DatabaseUrl parse(String url) {
      return DatabaseUrlText.parse(url);
    }
  }
}
