package io.mamparo.telemetry.spans;

import java.util.HashMap;
import java.util.Map;

/** Numbers the distinct texts of one record, in the order of first use. Belongs to one thread. */
final class Dictionary {
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Out texts = new Out();

  int number(String text) {
    Integer known = numbers.get(text);
    if (known != null) {
      return known;
    }
    int number = numbers.size();
    numbers.put(text, number);
    texts.text(text);
    return number;
  }

  void writeTo(Out out) {
    out.number(numbers.size()).append(texts);
  }

  static String[] read(In in) {
    String[] texts = new String[in.small()];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = in.text();
    }
    return texts;
  }

  int size() {
    return numbers.size();
  }

  void clear() {
    numbers.clear();
    texts.clear();
  }
}
