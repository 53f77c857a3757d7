package io.mamparo.load;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class TemplateTest {
  @Test
  void placeholders_areFilledInAndOtherBracesStay() {
    Template template = new Template("{\"id\": {seq}, \"car\": \"C{random:1000}\", \"x\": {}}");
    assertEquals("{\"id\": 7, \"car\": \"C345\", \"x\": {}}", template.render(7, 12_345));
  }

  @Test
  void bounds_wrapAroundAndNegativeDrawsAreFine() {
    assertEquals("5 and 999999", new Template("{seq:10} and {random}").render(25, -1));
  }

  @Test
  void theSamePlaceholderTwice_givesTheSameNumber() {
    assertEquals("9/9", new Template("{random:10}/{random:10}").render(0, 29));
  }

  @Test
  void forStatements_placeholdersBecomeMarksAndValues() {
    Template template = new Template("select {seq}, {random:10}");
    assertEquals("select ?, ?", template.withMarks("?"));
    assertArrayEquals(new long[] {4, 2}, template.values(4, 12));
  }

  @Test
  void aBoundOfZero_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Template("{seq:0}"));
  }
}
