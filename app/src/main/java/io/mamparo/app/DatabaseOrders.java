package io.mamparo.app;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.life.Life;
import io.mamparo.dbproxy.DatabaseProxy;
import io.mamparo.kernel.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What an administrator can have done with a database. Safe for use by several threads. */
final class DatabaseOrders {
  private static final Logger LOG = System.getLogger(DatabaseOrders.class.getName());
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private final Life life;

  DatabaseOrders(Life life) {
    this.life = life;
  }

  /**
   * Carries an order out.
   *
   * @param order pause, resume, reconnect, kill, disable, enable or switchover
   * @param wait for transactions to end, where the order has to
   * @param to the address of a replica, for a switch-over; null for the best one
   * @return {@code {"done": "…"}}, a sentence
   * @throws Problem when it cannot be carried out
   */
  ObjectNode carryOut(String database, String order, Duration wait, @Nullable String to) {
    DatabaseProxy proxy = life.databaseProxy();
    Duration atMost = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    String done =
        switch (order) {
          case "pause" -> pause(proxy, database, atMost);
          case "resume" -> {
            proxy.resume(database);
            yield "goes on";
          }
          case "reconnect" -> {
            proxy.reconnect(database);
            yield "replaces its server connections";
          }
          case "kill" -> {
            proxy.kill(database);
            yield "has lost all connections and is paused";
          }
          case "disable" -> {
            proxy.disable(database);
            yield "lets no new clients in";
          }
          case "enable" -> {
            proxy.enable(database);
            yield "lets new clients in";
          }
          case "switchover" ->
              "has its primary at " + proxy.switchOver(database, to, atMost, former -> {});
          default ->
              throw new Problem(
                  "order " + order,
                  "is not known",
                  "use pause, resume, reconnect, kill, disable, enable or switchover");
        };
    LOG.log(Level.INFO, "database " + database + ": " + order + ": " + done);
    return JsonNodeFactory.instance.objectNode().put("done", "database " + database + " " + done);
  }

  private static String pause(DatabaseProxy proxy, String database, Duration atMost) {
    int left = proxy.pause(database, atMost);
    return left == 0
        ? "is paused"
        : "is paused, and " + left + " server connections are still in use";
  }
}
