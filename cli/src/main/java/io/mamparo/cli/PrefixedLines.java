package io.mamparo.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Prints whole lines with the name of who wrote them. Belongs to one thread. */
final class PrefixedLines extends OutputStream {
  private static final int LONGEST = 64 << 10;

  private final Terminal terminal;
  private final String prefix;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  PrefixedLines(Terminal terminal, String name) {
    this.terminal = terminal;
    prefix = terminal.faint(name + " | ");
  }

  @Override
  public void write(int b) {
    if (b == '\n' || line.size() >= LONGEST) {
      print();
    }
    if (b != '\n') {
      line.write(b);
    }
  }

  private void print() {
    String text = prefix + line.toString(StandardCharsets.UTF_8);
    line.reset();
    terminal.out().println(text);
  }

  @Override
  public void close() {
    if (line.size() > 0) {
      print();
    }
  }
}
