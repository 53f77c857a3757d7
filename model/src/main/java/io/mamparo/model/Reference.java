package io.mamparo.model;

import java.util.Locale;
import java.util.Objects;

/** What a template refers to that is known only when a replica is started. */
public sealed interface Reference extends Template.Part {
  /**
   * The value for one replica.
   *
   * @throws IllegalArgumentException when the replica has no such thing; a stack that passed {@code
   *     check} never asks for it
   */
  String value(ReplicaContext context);

  /** {@code {port}}: the port this replica is to listen on. */
  record Port() implements Reference {
    @Override
    public String value(ReplicaContext context) {
      return Integer.toString(context.port());
    }

    @Override
    public String toString() {
      return "{port}";
    }
  }

  /** {@code {replica}}: the number of this replica, from 0. */
  record Replica() implements Reference {
    @Override
    public String value(ReplicaContext context) {
      return Integer.toString(context.replica());
    }

    @Override
    public String toString() {
      return "{replica}";
    }
  }

  /** {@code {calls.NAME.url}}: where this service reaches another through the mesh. */
  record CallUrl(String service) implements Reference {
    @Override
    public String value(ReplicaContext context) {
      String url = context.callUrls().get(service);
      Require.that(url != null, "there is no call to " + service);
      return Objects.requireNonNull(url);
    }

    @Override
    public String toString() {
      return "{calls." + service + ".url}";
    }
  }

  /** {@code {database.host}} and the like: this service's login at the database proxy. */
  record Database(Field field) implements Reference {
    /** What can be asked of the database. */
    public enum Field {
      HOST,
      PORT,
      NAME,
      USER,
      PASSWORD,
      URL;

      /** Whether it must not be an argument. */
      public boolean isSecret() {
        return this == PASSWORD || this == URL;
      }
    }

    @Override
    public String value(ReplicaContext context) {
      ReplicaContext.Database database = context.database();
      if (database == null) {
        throw new IllegalArgumentException("the service has no database");
      }
      return switch (field) {
        case HOST -> database.address().host();
        case PORT -> Integer.toString(database.address().port());
        case NAME -> database.name();
        case USER -> database.user();
        case PASSWORD -> database.password().reveal();
        case URL -> database.url();
      };
    }

    @Override
    public String toString() {
      return "{database." + field.name().toLowerCase(Locale.ROOT) + "}";
    }
  }
}
