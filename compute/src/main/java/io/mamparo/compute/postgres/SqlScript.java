package io.mamparo.compute.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Cuts an SQL script into its statements, as {@code psql} would: aware of quotes, dollar quotes,
 * comments, the bodies of SQL functions, and of the data that follows {@code COPY … FROM stdin}.
 * Owned by whoever made it, for one script.
 */
public final class SqlScript {
  /**
   * A statement.
   *
   * @param offset of {@code sql} in the script, in characters
   * @param sql without the semicolon
   * @param data what follows a COPY; null for every other statement
   */
  public record Statement(int offset, String sql, @Nullable String data) {
    /** Its first words, in upper case, with single spaces. */
    public String start() {
      String[] words = sql.strip().toUpperCase(Locale.ROOT).split("\\s+", 4);
      return String.join(" ", List.of(words).subList(0, Math.min(3, words.length)));
    }
  }

  /** A script that cannot be cut. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;
    private final int offset;

    Malformed(int offset, String why) {
      super(why);
      this.offset = offset;
    }

    /** Where, in characters. */
    public int offset() {
      return offset;
    }
  }

  private final String text;
  private final List<Statement> statements = new ArrayList<>();
  private int at;
  private int start = -1;
  private int parentheses;
  private int atomic;
  private String lastWord = "";

  private SqlScript(String text) {
    this.text = text;
  }

  /** The statements of a script, in order. */
  public static List<Statement> split(String text) throws Malformed {
    SqlScript script = new SqlScript(text);
    script.run();
    return script.statements;
  }

  private void run() throws Malformed {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (text.startsWith("--", at)) {
        at = lineEnd(at);
      } else if (text.startsWith("/*", at)) {
        comment();
      } else if (c == ';' && parentheses == 0 && atomic == 0) {
        end();
      } else {
        token(c);
      }
    }
    if (start >= 0) {
      statements.add(new Statement(start, text.substring(start), null));
    }
  }

  private void token(char c) throws Malformed {
    if (start < 0) {
      start = at;
      if (c == '\\') {
        command();
        return;
      }
    }
    if (c == '\'') {
      boolean escapes = lastWord.equals("E") && at > 0 && text.charAt(at - 1) != ' ';
      quoted('\'', escapes);
    } else if (c == '"') {
      quoted('"', false);
    } else if (c == '$') {
      dollar();
    } else if (Character.isLetter(c) || c == '_') {
      word();
      return;
    } else {
      parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
      at++;
    }
    lastWord = "";
  }

  /** pg_dump of PostgreSQL 18 writes these two around everything; all others need psql. */
  private void command() throws Malformed {
    String line = text.substring(at, lineEnd(at));
    if (!line.startsWith("\\restrict") && !line.startsWith("\\unrestrict")) {
      throw new Malformed(at, "commands of psql are not understood here: " + line.strip());
    }
    at = lineEnd(at);
    start = -1;
  }

  private void word() {
    int from = at;
    while (at < text.length()
        && (Character.isLetterOrDigit(text.charAt(at)) || "_$".indexOf(text.charAt(at)) >= 0)) {
      at++;
    }
    String word = text.substring(from, at).toUpperCase(Locale.ROOT);
    if (word.equals("ATOMIC") && lastWord.equals("BEGIN")) {
      atomic = 1;
    } else if (atomic > 0) {
      atomic += word.equals("CASE") ? 1 : word.equals("END") ? -1 : 0;
    }
    lastWord = word;
  }

  private void quoted(char quote, boolean escapes) throws Malformed {
    int from = at++;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (escapes && c == '\\') {
        at += 2;
      } else if (c != quote) {
        at++;
      } else if (at + 1 < text.length() && text.charAt(at + 1) == quote) {
        at += 2;
      } else {
        at++;
        return;
      }
    }
    throw new Malformed(from, "a quote is not closed");
  }

  private void dollar() throws Malformed {
    int from = at;
    int tagEnd = at + 1;
    while (tagEnd < text.length()
        && (Character.isLetterOrDigit(text.charAt(tagEnd)) || text.charAt(tagEnd) == '_')) {
      tagEnd++;
    }
    boolean tag =
        tagEnd < text.length()
            && text.charAt(tagEnd) == '$'
            && !Character.isDigit(text.charAt(at + 1));
    if (!tag) {
      at++;
      return;
    }
    String mark = text.substring(at, tagEnd + 1);
    int close = text.indexOf(mark, tagEnd + 1);
    if (close < 0) {
      throw new Malformed(from, "a " + mark + " is not closed");
    }
    at = close + mark.length();
  }

  private void comment() throws Malformed {
    int from = at;
    int depth = 0;
    do {
      if (at >= text.length()) {
        throw new Malformed(from, "a comment is not closed");
      }
      if (text.startsWith("/*", at)) {
        depth++;
        at += 2;
      } else if (text.startsWith("*/", at)) {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0);
  }

  private void end() throws Malformed {
    if (start >= 0) {
      String sql = text.substring(start, at);
      at++;
      boolean copy =
          sql.strip().toUpperCase(Locale.ROOT).matches("(?s)COPY\\s.*\\sFROM\\s+STDIN.*");
      statements.add(new Statement(start, sql, copy ? data() : null));
      start = -1;
      lastWord = "";
    } else {
      at++;
    }
  }

  /** From the line after the COPY to a line of {@code \.} */
  private String data() throws Malformed {
    int from = Math.min(text.length(), lineEnd(at) + 1);
    int line = from;
    while (line < text.length()) {
      int end = lineEnd(line);
      if (text.substring(line, end).stripTrailing().equals("\\.")) {
        at = end;
        return text.substring(from, line);
      }
      line = end + 1;
    }
    throw new Malformed(from, "the data of a COPY does not end with \\.");
  }

  private int lineEnd(int from) {
    int end = text.indexOf('\n', from);
    return end < 0 ? text.length() : end;
  }
}
