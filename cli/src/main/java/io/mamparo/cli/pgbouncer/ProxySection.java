package io.mamparo.cli.pgbouncer;

import io.mamparo.cli.pgbouncer.Ini.Entry;
import io.mamparo.kernel.Problem;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The section {@code proxy} of the stack file. For one use by one thread. */
final class ProxySection {
  private static final Set<String> MODES = Set.of("session", "transaction", "statement");

  private final Map<String, Entry> settings;
  private final List<Entry> databases;
  private final List<String> attention;

  /**
   * From the settings of {@code [pgbouncer]}.
   *
   * @param attention takes what somebody should look at
   */
  ProxySection(Map<String, Entry> settings, List<Entry> databases, List<String> attention) {
    this.settings = settings;
    this.databases = databases;
    this.attention = attention;
  }

  /** Appends it. */
  void write(StringBuilder yaml) {
    yaml.append("proxy:\n");
    String host = Rules.value(settings, "listen_addr").split(",")[0].strip();
    String address = host.equals("*") ? "0.0.0.0" : host.isEmpty() ? "127.0.0.1" : host;
    if (host.isEmpty()) {
      yaml.append("  # PgBouncer did not listen on TCP\n");
    } else if (Rules.value(settings, "listen_addr").contains(",")) {
      yaml.append("  # of several addresses the first\n");
      attention.add("listen_addr names several addresses: the first is used");
    }
    String shown = address.indexOf(':') >= 0 ? "[" + address + "]" : address;
    yaml.append("  listen: ")
        .append(Conversion.text(shown + ":" + Rules.value(settings, "listen_port")))
        .append('\n');
    yaml.append("  clients: ").append(Rules.value(settings, "max_client_conn")).append('\n');
    yaml.append("  pools:\n");
    Entry stated = settings.get("pool_mode");
    String mode =
        stated == null ? Rules.value(settings, "pool_mode") : mode(stated, stated.value());
    if (!mode.equals("transaction")) {
      yaml.append("    # transaction would share connections, and follows what sessions set\n");
    }
    yaml.append("    mode: ").append(mode).append('\n');
    int most = poolSize();
    int least = Math.min(Integer.parseInt(number("min_pool_size")), most);
    if (least > 0) {
      yaml.append("    min: ").append(least).append('\n');
    }
    yaml.append("    max: ").append(most).append('\n');
    duration(yaml, "borrow-timeout", "query_wait_timeout", "1d");
    duration(yaml, "idle-timeout", "server_idle_timeout", "365d");
    duration(yaml, "max-lifetime", "server_lifetime", "1s");
    unlessUsual(yaml, "check-after", "server_check_delay", "1ms");
    unlessUsual(yaml, "transaction-timeout", "transaction_timeout", "off");
    unlessUsual(yaml, "idle-in-transaction-timeout", "idle_transaction_timeout", "off");
    unlessUsual(yaml, "client-idle-timeout", "client_idle_timeout", "off");
    yaml.append("    prepared-statements: ");
    yaml.append(Rules.value(settings, "max_prepared_statements")).append('\n');
  }

  /** The largest, so that no database gets less than it had. */
  private int poolSize() {
    int size = Integer.parseInt(number("default_pool_size"));
    for (Entry entry : databases) {
      String own = Ini.pairs(entry).get("pool_size");
      if (own != null && own.matches("\\d{1,5}")) {
        size = Math.max(size, Integer.parseInt(own));
      }
    }
    return Math.max(1, size);
  }

  private String number(String key) {
    String value = Rules.value(settings, key);
    if (!value.matches("\\d{1,9}")) {
      Entry entry = settings.get(key);
      throw new Problem(
          entry == null ? key : entry.place(), key + " is no whole number", "correct it");
    }
    return value;
  }

  private void unlessUsual(StringBuilder yaml, String key, String from, String never) {
    if (settings.containsKey(from)) {
      duration(yaml, key, from, never);
    }
  }

  /** Seconds, perhaps with a fraction; {@code never} stands for 0, which switches it off. */
  private void duration(StringBuilder yaml, String key, String from, String never) {
    String value = Rules.value(settings, from);
    if (!value.matches("\\d{1,9}(\\.\\d{1,6})?")) {
      Entry entry = settings.get(from);
      throw new Problem(
          entry == null ? from : entry.place(), from + " is no number of seconds", "correct it");
    }
    long millis = Math.round(Double.parseDouble(value) * 1_000);
    if (millis == 0) {
      yaml.append("    # ").append(from).append(" = 0\n");
    }
    String written =
        millis == 0 ? never : millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
    yaml.append("    ").append(key).append(": ").append(written).append('\n');
  }

  /**
   * A pool mode, where it stands.
   *
   * @throws Problem when PgBouncer does not have it
   */
  static String mode(Entry entry, String value) {
    if (!MODES.contains(value)) {
      throw new Problem(
          entry.place(),
          "PgBouncer has no pool_mode " + value,
          "use session, transaction or statement");
    }
    return value;
  }
}
