package io.mamparo.cli.pgbouncer;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PgBouncer's {@code auth_file}. Immutable; holds secrets.
 *
 * @param users by name, in the order of the file
 */
record AuthFile(Map<String, User> users) {
  static final AuthFile NONE = new AuthFile(Map.of());

  /** How a password is written there. */
  enum Form {
    PLAIN,
    MD5,
    SCRAM
  }

  /** One user. */
  record User(String name, String secret) {
    Form form() {
      if (secret.startsWith("SCRAM-SHA-256$")) {
        return Form.SCRAM;
      }
      return secret.matches("md5[0-9a-f]{32}") ? Form.MD5 : Form.PLAIN;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static AuthFile read(Path file) {
    Map<String, User> users = new LinkedHashMap<>();
    for (String line : Ini.lines(file)) {
      StringBuilder name = new StringBuilder();
      int at = field(line, 0, name);
      StringBuilder secret = new StringBuilder();
      if (at >= 0 && field(line, at, secret) >= 0) {
        users.put(name.toString(), new User(name.toString(), secret.toString()));
      }
    }
    return new AuthFile(users);
  }

  /** Reads a field in double quotes; returns where it ends, -1 when there is none. */
  private static int field(String line, int from, StringBuilder field) {
    int at = from;
    while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
      at++;
    }
    return at < line.length() && line.charAt(at) == '"' ? Ini.quoted(line, at, field) : -1;
  }

  /** The password of a user, if it is there in the clear. */
  @Nullable String password(String user) {
    User known = users.get(user);
    return known != null && known.form() == Form.PLAIN ? known.secret() : null;
  }
}
