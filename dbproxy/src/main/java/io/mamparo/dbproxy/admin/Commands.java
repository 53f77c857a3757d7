package io.mamparo.dbproxy.admin;

import static io.mamparo.dbproxy.admin.Table.row;

import io.mamparo.dbproxy.admin.Command.Answer;
import io.mamparo.dbproxy.admin.Table.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads the texts that clients send to the admin database. Stateless.
 *
 * <p>Besides PgBouncer's commands it knows the few that drivers send by themselves: transactions,
 * SET of session parameters, and questions for some of them.
 */
final class Commands {
  /** Parameters that drivers ask for. */
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "transaction_isolation", "read committed",
          "server_version", AdminConversation.SERVER_VERSION,
          "standard_conforming_strings", "on",
          "client_encoding", "UTF8",
          "datestyle", "ISO, MDY",
          "search_path", "");

  /** Parameters that drivers set. */
  private static final Set<String> SETTABLE =
      Set.of(
          "application_name",
          "bytea_output",
          "client_encoding",
          "client_min_messages",
          "datestyle",
          "extra_float_digits",
          "intervalstyle",
          "lock_timeout",
          "search_path",
          "session",
          "standard_conforming_strings",
          "statement_timeout",
          "timezone",
          "time",
          "transaction");

  private Commands() {}

  /**
   * The commands of a text, parted by semicolons.
   *
   * @throws AdminError when one is unknown
   */
  static List<Command> read(String text) {
    List<Command> commands = new ArrayList<>();
    for (String part : parts(text)) {
      List<String> words = words(part);
      if (!words.isEmpty()) {
        commands.add(command(words, part.strip()));
      }
    }
    return commands;
  }

  /** Parted at semicolons outside of quotes. */
  private static List<String> parts(String text) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    char quote = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && c == ';') {
        parts.add(part.toString());
        part.setLength(0);
        continue;
      }
      if (quote == 0 && text.startsWith("--", i)) {
        int end = text.indexOf('\n', i);
        i = end < 0 ? text.length() : end;
        part.append(' ');
        continue;
      }
      if (quote == 0 && text.startsWith("/*", i)) {
        int end = text.indexOf("*/", i + 2);
        i = end < 0 ? text.length() : end + 1;
        part.append(' ');
        continue;
      }
      if (c == '\'' || c == '"') {
        quote = quote == 0 ? c : quote == c ? 0 : quote;
      }
      part.append(c);
    }
    parts.add(part.toString());
    return parts;
  }

  /** Words parted by blanks and by {@code =}; quotes keep blanks together and go away. */
  private static List<String> words(String part) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    char quote = 0;
    boolean begun = false;
    for (int i = 0; i < part.length(); i++) {
      char c = part.charAt(i);
      if (quote != 0) {
        if (c == quote) {
          quote = 0;
        } else {
          word.append(c);
        }
      } else if (c == '\'' || c == '"') {
        quote = c;
        begun = true;
      } else if (Character.isWhitespace(c) || c == '=') {
        if (begun) {
          words.add(word.toString());
          word.setLength(0);
          begun = false;
        }
      } else {
        word.append(c);
        begun = true;
      }
    }
    if (begun) {
      words.add(word.toString());
    }
    return words;
  }

  private static Command command(List<String> words, String text) {
    String first = words.getFirst().toUpperCase(Locale.ROOT);
    return switch (first) {
      case "SHOW" -> show(words, text);
      case "SELECT" -> select(words, text);
      case "BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT" -> transaction(first);
      case "SET" -> set(words);
      case "RESET", "DISCARD", "DEALLOCATE" -> tag(first.equals("DISCARD") ? "DISCARD ALL" : first);
      default -> {
        Command control = Controls.find(first, words, text);
        if (control == null) {
          throw unknown(text);
        }
        yield control;
      }
    };
  }

  private static Command show(List<String> words, String text) {
    if (words.size() < 2) {
      throw unknown(text);
    }
    String name = words.get(1);
    if (name.equalsIgnoreCase("HELP")) {
      return new Command(null, engine -> new Answer(null, "SHOW", help()));
    }
    Shows.Show show = Shows.find(name);
    if (show != null) {
      return new Command(show.columns(), engine -> new Answer(show.table(engine), "SHOW", null));
    }
    String parameter =
        String.join("_", words.subList(1, words.size()))
            .toLowerCase(Locale.ROOT)
            .replace("transaction_isolation_level", "transaction_isolation");
    String value = PARAMETERS.get(parameter);
    if (value == null) {
      throw unknown(text);
    }
    return value(parameter, value, "SHOW");
  }

  /** What pools of connections ask to see whether one is alive. */
  private static Command select(List<String> words, String text) {
    if (words.size() == 2 && words.get(1).equals("1")) {
      List<Column> columns = Table.columns("?column?:i");
      return new Command(
          columns, engine -> new Answer(new Table(columns, List.of(row(1))), "SELECT 1", null));
    }
    throw unknown(text);
  }

  private static Command value(String name, String value, String tag) {
    List<Column> columns = Table.columns(name);
    return new Command(
        columns, engine -> new Answer(new Table(columns, List.of(row(value))), tag, null));
  }

  private static Command transaction(String first) {
    return tag(
        switch (first) {
          case "START" -> "START TRANSACTION";
          case "END" -> "COMMIT";
          case "ABORT" -> "ROLLBACK";
          default -> first;
        });
  }

  private static Command tag(String tag) {
    return new Command(null, engine -> new Answer(null, tag, null));
  }

  private static Command set(List<String> words) {
    int at = words.size() > 1 && isScope(words.get(1)) && words.size() > 2 ? 2 : 1;
    String name = words.size() > at ? words.get(at).toLowerCase(Locale.ROOT) : "";
    if (SETTABLE.contains(name)) {
      return tag("SET");
    }
    throw new AdminError(
        "55P02",
        "setting \"" + name + "\" cannot be changed here",
        "Change the stack file and run: mamparo up, or RELOAD.");
  }

  private static boolean isScope(String word) {
    return word.equalsIgnoreCase("SESSION") || word.equalsIgnoreCase("LOCAL");
  }

  static AdminError unknown(String text) {
    String shown = text.length() > 100 ? text.substring(0, 100) + "…" : text;
    return new AdminError("42601", "invalid command '" + shown + "', use SHOW HELP;", null);
  }

  /** All commands, as the detail of a notice. */
  private static @Nullable String help() {
    StringBuilder help = new StringBuilder();
    StringBuilder line = new StringBuilder();
    Set<String> names = new TreeSet<>(Shows.names());
    names.add("HELP");
    for (String name : names) {
      if (line.length() + name.length() > 60) {
        help.append("\n\tSHOW ").append(line);
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : "|").append(name);
    }
    help.append("\n\tSHOW ").append(line);
    Controls.help().forEach(command -> help.append("\n\t").append(command));
    return help.append('\n').toString();
  }
}
