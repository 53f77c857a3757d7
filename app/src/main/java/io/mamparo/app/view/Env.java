package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.plan.DatabaseAccess;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Address;
import io.mamparo.model.Stack;
import java.util.Map;

/** What {@code mamparo env} prints; holds a password, so it needs the token. Stateless. */
public final class Env {
  private Env() {}

  /**
   * Variables and notes.
   *
   * @param database which one PG* lead to; empty means the first
   * @throws Problem when there is none of that name
   */
  public static ObjectNode of(
      Stack stack,
      Map<String, DatabaseAccess> accesses,
      int portOffset,
      String console,
      String database) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode variables = root.putObject("variables");
    ArrayNode notes = root.putArray("notes");
    variables.put("MAMPARO_URL", "http://" + stack.ingress().listen().at(portOffset));
    variables.put("MAMPARO_CONSOLE", "http://" + console);
    String name =
        database.isEmpty() ? stack.databases().keySet().stream().findFirst().orElse("") : database;
    DatabaseAccess access = accesses.get(name);
    if (access == null && !database.isEmpty()) {
      throw new Problem("database " + database, "there is none of that name", "see mamparo status");
    }
    if (access != null) {
      Address proxy = stack.proxy().listen().at(portOffset);
      variables.put("PGHOST", proxy.host()).put("PGPORT", Integer.toString(proxy.port()));
      variables.put("PGUSER", access.person().user());
      variables.put("PGPASSWORD", access.person().password());
      variables.put("PGDATABASE", access.name());
      for (String other : stack.databases().keySet()) {
        if (!other.equals(name)) {
          notes.add("another database: mamparo env --database " + other);
        }
      }
    }
    notes.add("AWS_* are not set: this version serves no AWS endpoint yet");
    return root;
  }
}
