package io.mamparo.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartOrderTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # who needs whom                  | waves, first to start first
          a                                 | a
          b, a                              | a b
          a>b                               | b, a
          a>b, b>c                          | c, b, a
          a>c, b>c                          | c, a b
          a>b, a>c, b>d, c>d                | d, b c, a
          a>b, a>d, b>c, c>d                | d, c, b, a
          a>unknown                         | a
          # those that need each other share a wave
          a>a                               | a
          a>b, b>a                          | a b
          a>b, b>c, c>a                     | a b c
          front>a, a>b, b>a, b>db           | db, a b, front
          a>b, b>a, c>d, d>c, a>c           | c d, a b
          """)
  void waves(String needs, String expected) {
    Map<String, List<String>> dependencies = new HashMap<>();
    for (String need : needs.split(", ")) {
      String[] ends = need.strip().split(">");
      List<String> of = dependencies.computeIfAbsent(ends[0], _ -> new ArrayList<>());
      if (ends.length > 1) {
        of.add(ends[1]);
        if (!ends[1].equals("unknown")) {
          dependencies.computeIfAbsent(ends[1], _ -> new ArrayList<>());
        }
      }
    }
    assertEquals(
        Arrays.asList(expected.split(", ")),
        StartOrder.waves(dependencies).stream().map(wave -> String.join(" ", wave)).toList());
  }

  @Test
  void aChainAsLongAsAStackMayHaveServices_isWalked() {
    Map<String, List<String>> chain = new HashMap<>();
    IntStream.range(0, 1_000).forEach(i -> chain.put("s" + i, List.of("s" + (i + 1))));
    assertEquals(1_000, StartOrder.waves(chain).size());
  }
}
