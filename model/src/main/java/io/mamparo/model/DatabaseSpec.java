package io.mamparo.model;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A database of the stack; every one is reachable by its name through the database proxy. */
public sealed interface DatabaseSpec {
  /** As the stack file and the proxy know it. */
  String name();

  /**
   * A PostgreSQL that Mamparo runs.
   *
   * @param schema SQL that is applied once, after the database was created; absolute
   */
  record Managed(String name, @Nullable Path schema) implements DatabaseSpec {
    public Managed {
      Require.databaseName(name);
    }
  }

  /**
   * A PostgreSQL that exists.
   *
   * @param tls how connections to it are encrypted
   */
  record External(String name, DatabaseUrl url, DatabaseTls tls) implements DatabaseSpec {
    public External {
      Require.databaseName(name);
    }
  }

  /**
   * {@code postgres://user:password@host:port/database?sslmode=require}.
   *
   * @param database its name on that server
   * @param parameters what follows the question mark, e.g. {@code sslmode}
   */
  record DatabaseUrl(
      Address address,
      String database,
      String user,
      Secret password,
      Map<String, String> parameters) {
    public DatabaseUrl {
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

    /** As this, with a password that the URL does not hold. */
    public DatabaseUrl withPassword(Secret password) {
      return new DatabaseUrl(address, database, user, password, parameters);
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
