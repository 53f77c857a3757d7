package io.mamparo.dbproxy.admin;

import io.mamparo.dbproxy.ProxySnapshot;
import io.mamparo.dbproxy.admin.Command.Answer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The commands that change something. Stateless. */
final class Controls {
  private Controls() {}

  static List<String> help() {
    return List.of(
        "PAUSE [<db>]",
        "RESUME [<db>]",
        "RECONNECT [<db>]",
        "WAIT_CLOSE [<db>]",
        "DISABLE <db>",
        "ENABLE <db>",
        "KILL [<db>]",
        "KILL_CLIENT <id>",
        "RELOAD",
        "SHUTDOWN");
  }

  /**
   * The command of this name.
   *
   * @return null when there is none
   * @throws AdminError when its arguments are wrong
   */
  static @Nullable Command find(String name, List<String> words, String text) {
    return switch (name) {
      case "RELOAD" ->
          plain(
              engine -> {
                engine.office().reload();
                return "RELOAD";
              });
      case "SHUTDOWN" ->
          plain(
              engine -> {
                engine.office().shutdown();
                return "SHUTDOWN";
              });
      case "PAUSE" -> pause(words);
      case "RESUME" -> resume(words);
      case "RECONNECT" -> onEach(name, words, Engine::reconnect);
      case "WAIT_CLOSE" -> onEach(name, words, Controls::waitClose);
      case "KILL" -> onEach(name, words, Engine::kill);
      case "DISABLE" -> onOne(name, words, (engine, database) -> engine.disabled(database, true));
      case "ENABLE" -> onOne(name, words, (engine, database) -> engine.disabled(database, false));
      case "KILL_CLIENT" -> killClient(words);
      case "SUSPEND" ->
          throw new AdminError(
              "0A000",
              "SUSPEND is not supported",
              "PAUSE holds all clients; mamparo up takes over from an older one by itself.");
      default -> null;
    };
  }

  /** What is done to one database. */
  private interface Order {
    void give(Engine engine, String database) throws InterruptedException;
  }

  private static Command onEach(String tag, List<String> words, Order order) {
    return plain(
        engine -> {
          for (String database : named(engine, words)) {
            order.give(engine, database);
          }
          return tag;
        });
  }

  private static Command onOne(String tag, List<String> words, Order order) {
    if (words.size() != 2) {
      throw new AdminError("42601", "a database is required", tag + " <db>");
    }
    return onEach(tag, words, order);
  }

  /** The database named, or all. */
  private static List<String> named(Engine engine, List<String> words) {
    List<String> all =
        engine.observe().databases().stream().map(ProxySnapshot.Database::name).toList();
    if (words.size() < 2) {
      return all;
    }
    String database = words.get(1);
    if (AdminDoor.NAMES.contains(database) && !all.contains(database)) {
      throw new AdminError(
          "42809", "cannot do this to the admin database: " + database, "Name another database.");
    }
    if (words.size() > 2 || !all.contains(database)) {
      throw new AdminError(
          "3D000", "no such database: " + database, "SHOW DATABASES has those there are.");
    }
    return List.of(database);
  }

  /** As PgBouncer, pauses all at once and answers when nothing is lent any more. */
  private static Command pause(List<String> words) {
    return plain(
        engine -> {
          List<String> databases = named(engine, words);
          databases.forEach(engine::pause);
          for (String database : databases) {
            awaitReturn(engine, database);
          }
          return "PAUSE";
        });
  }

  private static void awaitReturn(Engine engine, String database) throws InterruptedException {
    int lent = engine.lent(database);
    while (lent > 0) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      lent = engine.lent(database);
    }
    if (lent == Engine.RESUMED) {
      throw new AdminError(
          "55000",
          "database " + database + " was resumed before all its connections came back",
          "PAUSE it again.");
    }
  }

  private static Command resume(List<String> words) {
    return plain(
        engine -> {
          List<String> databases = named(engine, words);
          boolean paused =
              engine.observe().databases().stream()
                  .anyMatch(database -> database.paused() && databases.contains(database.name()));
          if (!paused) {
            throw new AdminError(
                "55000",
                words.size() > 1
                    ? "database " + words.get(1) + " is not paused"
                    : "no database is paused",
                "SHOW DATABASES tells which are.");
          }
          databases.forEach(engine::resume);
          return "RESUME";
        });
  }

  /** Until no connection is left that is to be closed once it comes back. */
  private static void waitClose(Engine engine, String database) throws InterruptedException {
    while (engine.holders().servers().stream()
        .anyMatch(server -> server.closing() && server.who().database().equals(database))) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static Command killClient(List<String> words) {
    if (words.size() != 2 || !words.get(1).matches("\\d{1,10}")) {
      throw new AdminError("22023", "invalid client id supplied", "SHOW CLIENTS has them.");
    }
    long id = Long.parseLong(words.get(1));
    return plain(
        engine -> {
          if (id > Integer.MAX_VALUE || !engine.dismiss((int) id)) {
            throw new AdminError("42704", "client not found", "SHOW CLIENTS has those there are.");
          }
          return "KILL_CLIENT";
        });
  }

  /** What a command does; returns its tag. */
  private interface Deed {
    String run(Engine engine) throws InterruptedException;
  }

  private static Command plain(Deed deed) {
    return new Command(null, engine -> new Answer(null, deed.run(engine), null));
  }
}
