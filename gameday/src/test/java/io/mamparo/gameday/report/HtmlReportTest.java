package io.mamparo.gameday.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HtmlReportTest {
  @Test
  void text_isEscaped() {
    assertEquals(
        "&lt;a href=&quot;x&quot;&gt; &amp; &#39;b&#39;", Html.text("<a href=\"x\"> & 'b'"));
  }

  @Test
  void nice_isTheNextRoundNumber() {
    assertEquals(1, Graph.nice(0));
    assertEquals(0.5, Graph.nice(0.31), 1e-12);
    assertEquals(1, Graph.nice(1));
    assertEquals(2, Graph.nice(1.01));
    assertEquals(500, Graph.nice(201));
    assertEquals(1000, Graph.nice(777));
  }

  @Test
  void aGraph_isWellFormedAndStaysInItsFrame() throws Exception {
    String svg =
        Graph.of(
            "p99 <&>",
            "ms",
            -5,
            40,
            java.util.List.of(
                new Graph.Series(
                    "p99",
                    "p99",
                    java.util.List.of(new Graph.Point(-5, 0), new Graph.Point(40, 1234.5)))),
            java.util.List.of(),
            250.0);
    var document =
        javax.xml.parsers.DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(
                new java.io.ByteArrayInputStream(
                    svg.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    var circles = document.getElementsByTagName("circle");
    assertEquals(2, circles.getLength());
    for (int i = 0; i < circles.getLength(); i++) {
      var attributes = circles.item(i).getAttributes();
      double x = Double.parseDouble(attributes.getNamedItem("cx").getNodeValue());
      double y = Double.parseDouble(attributes.getNamedItem("cy").getNodeValue());
      assertTrue(x >= 62 && x <= 888, "x " + x);
      assertTrue(y >= 14 && y <= 160, "y " + y);
    }
    assertTrue(svg.contains("class=\"limit\""));
    assertFalse(svg.contains("NaN"));
  }
}
