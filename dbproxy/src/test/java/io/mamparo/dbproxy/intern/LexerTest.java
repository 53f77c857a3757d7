package io.mamparo.dbproxy.intern;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LexerTest {
  private final Lexer lexer = new Lexer(7);

  private long hash(String sql, StringBuilder text) {
    read(sql, text);
    return lexer.hash();
  }

  private void read(String sql, @org.jspecify.annotations.Nullable StringBuilder text) {
    byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
    lexer.begin(text);
    lexer.feed(bytes, 0, bytes.length);
    lexer.end();
  }

  @Test
  void listOfPrefixedLiterals_isFoldedInTheTextAsInTheHash() {
    String sql = "select a in (1, E'b', x'c')";
    StringBuilder text = new StringBuilder();
    long shown = hash(sql, text);
    read(sql, null);
    assertEquals(lexer.hash(), shown);
    assertEquals("select a in (?)", text.toString());
  }

  @Test
  void prefixedLiteral_keepsTheSpaceBeforeIt() {
    StringBuilder text = new StringBuilder();
    read("select E'a' , n'b', c", text);
    assertEquals("select ?, c", text.toString());
  }
}
