package io.mamparo.app.view;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.app.plan.DatabaseAccess;
import io.mamparo.kernel.Problem;
import io.mamparo.model.Address;
import io.mamparo.model.Stack;
import io.mamparo.model.TlsSpec;
import java.nio.file.Path;
import java.util.Map;

/** What {@code mamparo env} prints; holds a password, so it needs the token. Stateless. */
public final class Env {
  private Env() {}

  /** What a stack keeps in its data directory; made when asked for. */
  public interface Secrets {
    /** Where the certificate of its own authority is. */
    Path authority();

    /** The id of its AWS access key. */
    String accessKeyId();

    /** Its AWS secret access key. */
    String secretAccessKey();
  }

  /**
   * Variables and notes.
   *
   * @param secrets of the stack
   * @param database which one PG* lead to; empty means the first
   * @throws Problem when there is none of that name
   */
  public static ObjectNode of(
      Stack stack,
      Map<String, DatabaseAccess> accesses,
      int portOffset,
      String console,
      String database,
      Secrets secrets) {
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
      TlsSpec tls = stack.proxy().tls();
      if (tls != null) {
        boolean own = tls.certificates().isEmpty();
        variables.put("PGSSLMODE", own ? "verify-full" : "require");
        if (own) {
          variables.put("PGSSLROOTCERT", secrets.authority().toString());
        }
      }
      for (String other : stack.databases().keySet()) {
        if (!other.equals(name)) {
          notes.add("another database: mamparo env --database " + other);
        }
      }
    }
    if (access != null) {
      notes.add("pools, clients and statements: psql mamparo, then SHOW HELP");
    }
    if (stack.proxy().iam().isEmpty()) {
      notes.add("AWS_* are not set: this version serves no AWS endpoint yet");
    } else {
      variables.put("AWS_ACCESS_KEY_ID", secrets.accessKeyId());
      variables.put("AWS_SECRET_ACCESS_KEY", secrets.secretAccessKey());
      notes.add("AWS_* are for aws rds generate-db-auth-token; other AWS requests are not served");
    }
    return root;
  }
}
