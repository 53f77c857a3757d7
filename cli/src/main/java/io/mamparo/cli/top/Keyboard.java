package io.mamparo.cli.top;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The terminal, told to pass keys on one by one and to be quiet about them until closed. For one
 * thread. Uses {@code stty}, since Java has no words for it.
 */
public final class Keyboard implements AutoCloseable {
  private static final int[] USUAL = {24, 80};

  private final InputStream keys;
  private final String before;

  private Keyboard(InputStream keys, String before) {
    this.keys = keys;
    this.before = before;
  }

  /** Takes the terminal over, as far as there is one. */
  public static Keyboard open(InputStream keys) {
    String before = stty("-g");
    if (!before.isEmpty()) {
      stty("-icanon", "-echo", "min", "0", "time", "0");
    }
    return new Keyboard(keys, before);
  }

  /** Rows and columns now; 24 and 80 when nobody knows. */
  public int[] size() {
    String[] words = stty("size").split(" ");
    try {
      int rows = Integer.parseInt(words[0]);
      int columns = Integer.parseInt(words[1]);
      return rows > 0 && columns > 0 ? new int[] {rows, columns} : USUAL;
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      return USUAL;
    }
  }

  /** The next key, or 0 when none was pressed for so long. */
  public char next(long ms) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    try {
      while (keys.available() == 0) {
        if (System.nanoTime() - end >= 0) {
          return 0;
        }
        TimeUnit.MILLISECONDS.sleep(25);
      }
      int key = keys.read();
      return key < 0 ? 0 : (char) key;
    } catch (IOException e) {
      return 'q';
    }
  }

  private static String stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return process.waitFor() == 0 ? said.strip() : "";
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  @Override
  public void close() {
    if (!before.isEmpty()) {
      stty(before);
    }
  }
}
