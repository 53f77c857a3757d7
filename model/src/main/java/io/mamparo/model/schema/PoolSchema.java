package io.mamparo.model.schema;

import io.mamparo.model.DatabaseSpec;
import io.mamparo.model.Defaults;
import io.mamparo.model.PoolMode;
import io.mamparo.model.ProxySpec;
import io.mamparo.model.ServiceSpec;
import io.mamparo.model.Stack;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** {@code proxy.pools} and a service's own limits at its database. */
final class PoolSchema {
  private PoolSchema() {}

  static Section<ProxySpec.PoolSpec> pools() {
    ProxySpec.PoolSpec d = Defaults.PROXY.pools();
    Key<Integer> min =
        Key.of(
            "min",
            Scalar.integer(0, 10_000),
            d.min(),
            "Server connections that are kept open, from the start on.");
    Key<Integer> max =
        Key.of(
            "max",
            Scalar.integer(1, 10_000),
            d.max(),
            "Server connections of a pool, unless the service says `connections`.");
    Key<Integer> waiting =
        Key.of(
            "waiting",
            Scalar.integer(0, 1_000_000),
            d.waiting(),
            "Clients that may wait for a connection; the next one is refused at once (53300).");
    Key<Duration> borrow =
        Key.of(
            "borrow-timeout",
            Scalar.DURATION,
            d.borrowTimeout(),
            "How long a client waits for a connection before it is refused (53300). While a"
                + " database is paused nobody's time passes.");
    Key<Duration> idle =
        Key.of(
            "idle-timeout",
            Scalar.DURATION,
            d.idleTimeout(),
            "After which an unused server connection is closed.");
    Key<Duration> lifetime =
        Key.of(
            "max-lifetime",
            Scalar.DURATION,
            d.maxLifetime(),
            "After which a server connection is replaced; up to 5 % less, so that not all go at"
                + " once.");
    Key<Duration> check =
        Key.of(
            "check-after",
            Scalar.DURATION,
            d.checkAfter(),
            "After which an unused server connection is asked for a sign of life before it is"
                + " lent.");
    Key<Integer> prepared =
        Key.of(
            "prepared-statements",
            Scalar.integer(0, 100_000),
            d.preparedStatements(),
            "Kept on each server connection.");
    Key<Optional<Duration>> transaction =
        limit("transaction-timeout", "A transaction that takes longer is rolled back (25P04).");
    Key<Optional<Duration>> idleInTransaction =
        limit(
            "idle-in-transaction-timeout",
            "A transaction whose client does nothing for longer is rolled back (25P03); the client"
                + " stays.");
    Key<Optional<Duration>> client =
        limit(
            "client-idle-timeout",
            "A client that does nothing for longer is told to go (57P05), within a second.");
    Key<PoolMode> mode =
        Key.of(
            "mode",
            Scalar.oneOf(PoolMode.class),
            d.mode(),
            "For how long a client keeps a server connection: to the end of its transaction or as"
                + " long as something of it lives there only; until it goes; to the end of its"
                + " statement, when transactions of several statements are refused (0A000). A"
                + " change holds for clients that log in after it.");
    return Section.of(
        "proxy.pools",
        "A pool serves one service on one database.",
        List.of(
            min,
            max,
            waiting,
            borrow,
            idle,
            lifetime,
            check,
            prepared,
            transaction,
            idleInTransaction,
            client,
            mode),
        f ->
            new ProxySpec.PoolSpec(
                f.get(min),
                f.get(max),
                f.get(waiting),
                f.get(borrow),
                f.get(idle),
                f.get(lifetime),
                f.get(check),
                f.get(prepared),
                f.get(transaction).orElse(Duration.ZERO),
                f.get(idleInTransaction).orElse(Duration.ZERO),
                f.get(client).orElse(Duration.ZERO),
                f.get(mode)));
  }

  private static Key<Optional<Duration>> limit(String name, String meaning) {
    return Key.of(name, Types.offOr(Scalar.DURATION), Optional.empty(), "`off`", meaning);
  }

  static Section<ServiceSpec.DatabaseUse> database() {
    Type<String> database = Types.nameOf(Reading.Kind.DATABASE);
    Key<String> name = Key.required("name", database, "One of `databases`.");
    Key<Integer> connections =
        Key.optional(
            "connections",
            Scalar.integer(1, 10_000),
            "`proxy.pools.max`",
            "Bulkhead: server connections at most, for all replicas together. Where the database"
                + " has `connections`, too, these are the ones that the service can always have.");
    Key<Integer> max =
        Key.optional(
            "max",
            Scalar.integer(1, 10_000),
            "`connections`",
            "Server connections at most, with those borrowed from other services; only where the"
                + " database has `connections`.");
    Key<Integer> min =
        Key.optional(
            "min",
            Scalar.integer(0, 10_000),
            "`proxy.pools.min`",
            "Server connections that are kept open, from the start on.");
    Key<PoolMode> mode =
        Key.optional(
            "mode",
            Scalar.oneOf(PoolMode.class),
            "the database's `pool-mode`",
            "For how long its clients keep a server connection.");
    return Section.of(
            "services.NAME.database",
            "The service gets a login and a pool of its own at the database proxy.",
            List.of(name, connections, max, min, mode),
            f ->
                new ServiceSpec.DatabaseUse(
                    f.get(name), f.find(connections), f.find(max), f.find(min), f.find(mode)))
        .orShort(database, ServiceSpec.DatabaseUse::of);
  }

  /**
   * What is between databases and the services that use them.
   *
   * @throws IllegalArgumentException that begins with the key where it stands
   */
  static Stack checked(Stack stack) {
    for (DatabaseSpec database : stack.databases().values()) {
      Integer most = database.servers().connections();
      int shares = DatabaseSpec.PERSON_SHARE;
      for (ServiceSpec service : stack.services().values()) {
        ServiceSpec.DatabaseUse use = service.database();
        if (use != null && use.name().equals(database.name())) {
          shares += service.connections(stack.proxy());
        }
      }
      if (most != null && shares > most) {
        throw new IllegalArgumentException(
            "databases: "
                + database.name()
                + " has "
                + most
                + " connections, and those of the services that use it, with "
                + DatabaseSpec.PERSON_SHARE
                + " for people, add up to "
                + shares);
      }
      if (database.servers().readReplicas() && stack.mode(database) == PoolMode.SESSION) {
        throw new IllegalArgumentException(
            "databases: "
                + database.name()
                + " reads from its replicas transaction by transaction, which session mode does"
                + " not; take read-only: replicas away and have clients ask for "
                + database.name()
                + "-ro, or choose another pool-mode");
      }
      if (stack.databases().containsKey(database.name() + "-ro")) {
        throw new IllegalArgumentException(
            "databases: "
                + database.name()
                + "-ro is the name under which the replicas of "
                + database.name()
                + " are read from; choose another one");
      }
    }
    return stack;
  }
}
