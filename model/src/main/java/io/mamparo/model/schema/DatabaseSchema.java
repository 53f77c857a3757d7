package io.mamparo.model.schema;

import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.DatabaseSpec.DatabaseUrl;
import io.mamparo.model.DatabaseTls;
import io.mamparo.model.PoolMode;
import io.mamparo.model.Secret;
import io.mamparo.model.Template;
import io.mamparo.model.yaml.Node;
import io.mamparo.model.yaml.Node.Mapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code databases.NAME}. */
final class DatabaseSchema {
  private static final SecretText SECRET = new SecretText(false);
  private static final Key<Path> SCHEMA =
      Key.optional(
          "schema",
          Types.file(),
          "none",
          "SQL that is applied once, after the database was created.");
  private static final Key<DatabaseUrl> URL =
      Key.optional(
          "url",
          new UrlType(),
          "a PostgreSQL is run for you",
          "An existing server: `postgres://USER:PASSWORD@HOST:PORT/DATABASE`. Whoever holds these"
              + " credentials may log in through the proxy with them. A primary and its replicas"
              + " are separated by commas, `HOST1:PORT1,HOST2:PORT2`, in any order: which one is"
              + " the primary is found out, also after another one was promoted. Clients read from"
              + " the replicas when they ask for the database `NAME-ro`.");
  private static final Key<Template> PASSWORD =
      Key.optional("password", SECRET, "the URL's", "Of the user in the `url`.");
  private static final Key<DatabaseTls> TLS =
      Key.optional(
          "tls",
          SecuritySchema.database(),
          "as the `url` says, else encrypted if the server can",
          "Encryption towards a server with a `url`.");

  private static final Key<Integer> CONNECTIONS =
      Key.optional(
          "connections",
          Scalar.integer(1, 10_000),
          "no common limit",
          "Server connections of all pools together. Each pool can always have its own"
              + " `connections`, and borrows more, up to its `max`, while others do not need"
              + " theirs.");
  private static final Key<Duration> LAG =
      Key.of(
          "replica-lag",
          Scalar.DURATION,
          DatabaseSpec.Servers.DEFAULT.replicaLag(),
          "How far behind a replica that is read from may be; at least 1s.");
  private static final Key<String> READ_ONLY =
      Key.of(
          "read-only",
          Scalar.matching("`primary` or `replicas`", "primary|replicas", "primary or replicas"),
          "primary",
          "Where transactions go that a client begins as read-only. On replicas it sees what it"
              + " has written itself, and what others wrote up to `replica-lag` ago.");

  private static final Key<PoolMode> MODE =
      Key.optional(
          "pool-mode",
          Scalar.oneOf(PoolMode.class),
          "`proxy.pools.mode`",
          "For how long clients keep a server connection, unless their service says so itself.");

  private static final Key<String> AUTH_QUERY =
      Key.optional(
          "auth-query",
          Scalar.matching(
              "`on` or SQL", "(?s)on|.*\\$1.*", "on, or a query with $1 for the user's name"),
          "only Mamparo's own logins",
          "Lets users of a server with a `url` log in with their own passwords, which stay there: the"
              + " query finds what the server keeps of one, `SCRAM-SHA-256$…`, in the second column"
              + " of its first row. It is asked as the user of the `url`. `on` asks `pg_authid`,"
              + " which only superusers may; others call a `SECURITY DEFINER` function. Each user"
              + " has a pool of up to `proxy.pools.max` connections as its own role.");

  static final Section<DatabaseSpec> SECTION =
      Section.of(
              "databases.NAME",
              "A real PostgreSQL is run for you, or one that exists is used.",
              List.of(SCHEMA, URL, PASSWORD, TLS, CONNECTIONS, LAG, READ_ONLY, MODE, AUTH_QUERY),
              DatabaseSchema::database)
          .with(DatabaseSchema::oneKind);

  private DatabaseSchema() {}

  private static DatabaseSpec database(Fields f) {
    DatabaseUrl url = f.find(URL);
    DatabaseSpec.Servers servers =
        new DatabaseSpec.Servers(
            f.find(CONNECTIONS), f.get(LAG), f.get(READ_ONLY).equals("replicas"), f.find(MODE));
    if (url == null) {
      return new DatabaseSpec.Managed(f.name(), f.find(SCHEMA), servers);
    }
    Template password = f.find(PASSWORD);
    DatabaseTls tls = f.find(TLS);
    return new DatabaseSpec.External(
        f.name(),
        password == null ? url : url.withPassword(new Secret(plain(password))),
        tls == null ? url.tls(f.baseDirectory()) : tls,
        servers,
        authQuery(f.find(AUTH_QUERY)));
  }

  private static @Nullable String authQuery(@Nullable String text) {
    return "on".equals(text) ? DatabaseSpec.External.AUTH_QUERY : text;
  }

  private static void oneKind(Mapping section, String name, String where, Reading reading) {
    boolean external = section.find("url").isPresent();
    for (String key : external ? List.of("schema") : List.of("password", "tls", "auth-query")) {
      section
          .entry(key)
          .ifPresent(
              entry ->
                  reading.reportText(
                      entry.key(),
                      external
                          ? where
                              + ": schema is for databases that Mamparo runs; this one has a url"
                          : where + ": " + key + " belongs to a url, and there is none"));
    }
  }

  /** Without references there is nothing to fill in. */
  private static String plain(Template template) {
    StringBuilder text = new StringBuilder();
    for (Template.Part part : template.parts()) {
      text.append(Texts.known(part));
    }
    return text.toString();
  }

  /** An URL that no finding shows. */
  private record UrlType() implements Type<DatabaseUrl> {
    @Override
    public @Nullable DatabaseUrl read(Node node, String where, Reading reading) {
      Template text = SECRET.read(node, where, reading);
      if (text == null) {
        return null;
      }
      try {
        return DatabaseUrl.parse(plain(text));
      } catch (IllegalArgumentException e) {
        reading.report(node, where + ": " + e.getMessage());
        return null;
      }
    }

    @Override
    public String describe() {
      return "URL or `{secret: path}`";
    }
  }
}
