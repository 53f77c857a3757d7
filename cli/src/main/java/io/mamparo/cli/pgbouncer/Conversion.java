package io.mamparo.cli.pgbouncer;

import io.mamparo.cli.pgbouncer.AuthFile.User;
import io.mamparo.cli.pgbouncer.Ini.Entry;
import io.mamparo.cli.pgbouncer.Rules.Fate;
import io.mamparo.cli.pgbouncer.Rules.Rule;
import io.mamparo.kernel.Problem;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PgBouncer's configuration as a stack file, with a comment for whatever has no equivalent. For one
 * use by one thread; holds secrets.
 */
public final class Conversion {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,39}");

  private final Path file;
  private final Secrets secrets;
  private final Map<String, Entry> settings = new LinkedHashMap<>();
  private final List<Entry> databases = new ArrayList<>();
  private final List<String> remarks = new ArrayList<>();
  private final List<String> attention = new ArrayList<>();
  private AuthFile auth = AuthFile.NONE;

  /** Where a password goes. */
  public interface Secrets {
    /** The YAML that stands for the password of a database. */
    String yaml(String database, String password);

    /** Into the stack file itself. */
    Secrets INLINE = (database, password) -> text(password);
  }

  /**
   * What came of it.
   *
   * @param yaml the stack file
   * @param attention what somebody should look at, a sentence each
   */
  public record Result(String yaml, List<String> attention) {
    public Result {
      attention = List.copyOf(attention);
    }

    @Override
    public String toString() {
      return "Result" + attention;
    }
  }

  private Conversion(Path file, Secrets secrets) {
    this.file = file;
    this.secrets = secrets;
  }

  /**
   * Converts a file.
   *
   * @throws Problem when it cannot be read, names a setting that PgBouncer does not have, or has
   *     one that cannot be dropped without harm
   */
  public static Result of(Path file, Secrets secrets) {
    return new Conversion(file, secrets).convert();
  }

  private Result convert() {
    for (Entry entry : Ini.read(file).entries()) {
      switch (entry.section()) {
        case "pgbouncer" -> setting(entry);
        case "databases" -> databases.add(entry);
        case "users" -> user(entry);
        case "peers" ->
            remarks.add("[peers] " + entry.key() + ": one process uses all cores, without peers");
        default ->
            throw new Problem(
                entry.place(),
                "stands in section [" + entry.section() + "], which PgBouncer does not have",
                "move it to [databases], [pgbouncer], [users] or [peers]");
      }
    }
    authentication();
    StringBuilder yaml = new StringBuilder();
    yaml.append("# From ").append(file.getFileName()).append(" by mamparo import.\n");
    yaml.append("stack: ").append(stackName()).append('\n');
    StringBuilder entries = new StringBuilder();
    databases.forEach(entry -> database(entry, entries));
    yaml.append(entries.isEmpty() ? "" : "databases:\n").append(entries);
    new ProxySection(settings, databases, attention).write(yaml);
    if (!remarks.isEmpty()) {
      yaml.append("\n# Without an equivalent:\n");
      remarks.forEach(remark -> yaml.append("#   ").append(remark).append('\n'));
    }
    return new Result(yaml.toString(), attention);
  }

  private String stackName() {
    String name =
        String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "").toLowerCase(Locale.ROOT);
    String clean = name.replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+|-+$", "");
    return clean.isEmpty() ? "pgbouncer" : clean.length() > 40 ? clean.substring(0, 40) : clean;
  }

  // ---- [pgbouncer]

  private void setting(Entry entry) {
    String key = entry.key().toLowerCase(Locale.ROOT);
    Rule rule = Rules.ofPgbouncer(key);
    if (rule == null) {
      throw new Problem(
          entry.place(),
          "PgBouncer 1.25 has no setting " + entry.key(),
          "correct it, or comment it out");
    }
    settings.put(key, entry);
    boolean usual = entry.value().equals(rule.usual()) || entry.value().isEmpty();
    switch (rule.fate()) {
      case MAPPED, BUILT_IN -> {}
      case IGNORED -> {
        if (!usual) {
          remarks.add(key + ": " + rule.why());
        }
      }
      case DIFFERS -> {
        if (!usual) {
          remarks.add(key + " = " + shown(key, entry.value()) + ": " + rule.why());
          attention.add(key + " has no equivalent: " + rule.why());
        }
      }
      case REFUSED -> {
        if (!usual) {
          throw new Problem(
              entry.place(), key + " cannot be carried over: " + rule.why(), "comment it out");
        }
      }
    }
  }

  /** A query may hold literals; a remark says only that there is one. */
  private static String shown(String key, String value) {
    return key.endsWith("_query") || value.length() > 60 ? "…" : value;
  }

  private String value(String key) {
    return Rules.value(settings, key);
  }

  private void authentication() {
    String type = value("auth_type");
    switch (type) {
      case "md5", "scram-sha-256" -> {}
      case "plain", "trust", "any", "cert", "hba", "peer" -> {
        remarks.add("auth_type = " + type + ": clients prove their password by SCRAM-SHA-256");
        attention.add("auth_type " + type + " becomes SCRAM-SHA-256: clients need a password");
      }
      default ->
          throw new Problem(
              "auth_type",
              type + " cannot be carried over",
              "use scram-sha-256, and comment this setting out");
    }
    String named = value("auth_file");
    if (!named.isEmpty()) {
      Path parent = file.toAbsolutePath().getParent();
      auth = AuthFile.read(parent == null ? Path.of(named) : parent.resolve(named));
    }
  }

  private void user(Entry entry) {
    Ini.pairs(entry)
        .forEach(
            (key, value) -> {
              Rule rule = known(entry, key, Rules.ofUser(key));
              if (!value.equals(rule.usual())) {
                remarks.add("[users] " + entry.key() + " " + key + "=" + value + ": " + rule.why());
              }
            });
  }

  private static Rule known(Entry entry, String key, @Nullable Rule rule) {
    if (rule == null) {
      throw new Problem(
          entry.place(), "PgBouncer 1.25 has no setting " + key + " here", "correct or remove it");
    }
    return rule;
  }

  // ---- [databases]

  private void database(Entry entry, StringBuilder yaml) {
    Map<String, String> pairs = Ini.pairs(entry);
    List<String> notes = new ArrayList<>();
    new TreeMap<>(pairs)
        .forEach(
            (key, value) -> {
              Rule rule = known(entry, key, Rules.ofDatabase(key));
              if (rule.fate() == Fate.DIFFERS && !value.equals(rule.usual())) {
                notes.add(key + "=" + shown(key, value) + ": " + rule.why());
              }
            });
    String name = entry.key();
    if (name.equals("*")) {
      yaml.append(
          "  # * = …: there is no fallback; write an entry like those here for each name\n");
      attention.add("the fallback database * has no equivalent: name each database");
      return;
    }
    if (!NAME.matcher(name).matches()) {
      yaml.append("  # ")
          .append(name)
          .append(": a name has 1 to 40 characters a-z, 0-9, '-', '_'\n");
      attention.add("database " + name + " needs another name and was left out");
      return;
    }
    String user = user(pairs, notes);
    if (user == null) {
      yaml.append("  # ").append(name).append(": no user= and no auth_file say who logs in\n");
      attention.add("database " + name + " was left out: nothing says as whom to log in");
      return;
    }
    String password = pairs.getOrDefault("password", auth.password(user));
    yaml.append("  ").append(name).append(":\n");
    notes.forEach(note -> yaml.append("    # ").append(note).append('\n'));
    String url = text(url(name, user, pairs, yaml));
    yaml.append("    url: ").append(url).append('\n');
    String secret = password(name, user, password, yaml);
    yaml.append("    password: ").append(secret).append('\n');
    String mode = pairs.get("pool_mode");
    if (mode != null) {
      yaml.append("    pool-mode: ").append(ProxySection.mode(entry, mode)).append('\n');
    }
  }

  /** As whom the proxy logs in, which is also the name that clients give. */
  private @Nullable String user(Map<String, String> pairs, List<String> notes) {
    String forced = pairs.get("user");
    if (forced != null) {
      notes.add("clients log in as " + forced + ", whatever their name was with PgBouncer");
      return forced;
    }
    List<User> users =
        auth.users().values().stream().filter(u -> u.form() == AuthFile.Form.PLAIN).toList();
    List<User> candidates = users.isEmpty() ? List.copyOf(auth.users().values()) : users;
    if (candidates.isEmpty()) {
      return null;
    }
    User first = candidates.getFirst();
    if (auth.users().size() > 1) {
      notes.add(
          "PgBouncer let every user of auth_file in; here "
              + first.name()
              + " does, and each of services: has a login of its own");
      attention.add("only user " + first.name() + " of auth_file was carried over");
    }
    return first.name();
  }

  private String url(String name, String user, Map<String, String> pairs, StringBuilder yaml) {
    String host = pairs.getOrDefault("host", "");
    if (host.contains(",")) {
      yaml.append(
          "    # PgBouncer took these hosts in turn; here one is the primary of the others\n");
      attention.add("database " + name + ": its hosts must be a primary and its replicas");
    }
    List<String> addresses = new ArrayList<>();
    for (String each : host.split(",")) {
      addresses.add(address(name, each.strip(), pairs, yaml));
    }
    StringBuilder url = new StringBuilder("postgres://");
    url.append(escaped(user)).append('@').append(String.join(",", addresses));
    url.append('/').append(escaped(pairs.getOrDefault("dbname", name)));
    Map<String, String> parameters = new LinkedHashMap<>();
    if (settings.containsKey("server_tls_sslmode")) {
      parameters.put("sslmode", value("server_tls_sslmode"));
    }
    Map<String, String> files =
        Map.of(
            "server_tls_ca_file", "sslrootcert",
            "server_tls_cert_file", "sslcert",
            "server_tls_key_file", "sslkey");
    for (Map.Entry<String, String> of : new TreeMap<>(files).entrySet()) {
      if (!value(of.getKey()).isEmpty()) {
        parameters.put(of.getValue(), value(of.getKey()));
      }
    }
    String separator = "?";
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      url.append(separator).append(parameter.getKey()).append('=');
      url.append(escaped(parameter.getValue()));
      separator = "&";
    }
    return url.toString();
  }

  private String address(String name, String host, Map<String, String> pairs, StringBuilder yaml) {
    String reached = host;
    if (host.isEmpty() || host.startsWith("/") || host.startsWith("@")) {
      yaml.append("    # PgBouncer used a Unix socket; the server must listen on TCP\n");
      attention.add("database " + name + " was reached by a Unix socket: check its address");
      reached = "127.0.0.1";
    }
    String written = reached.indexOf(':') >= 0 ? "[" + reached + "]" : reached;
    return written + ":" + pairs.getOrDefault("port", "5432");
  }

  private String password(String name, String user, @Nullable String password, StringBuilder yaml) {
    if (password != null) {
      return secrets.yaml(name, password);
    }
    String variable = name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_") + "_PASSWORD";
    yaml.append("    # the password of ").append(user).append(" is not known in the clear\n");
    attention.add("set " + variable + " to the password of " + user + " before mamparo check");
    return "${" + variable + "}";
  }

  private static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** A text as YAML, in double quotes, safe from being taken for a reference. */
  public static String text(String value) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"', '\\' -> text.append('\\').append(c);
        default -> {
          if (c < ' ') {
            text.append(String.format("\\x%02x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    return text.append('"').toString().replace("${", "$${");
  }
}
