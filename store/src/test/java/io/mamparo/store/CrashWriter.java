package io.mamparo.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/** Writes pairs of records until it is killed; prints the number of each pair once acknowledged. */
final class CrashWriter {
  private CrashWriter() {}

  static byte[] key(long i) {
    return ByteBuffer.allocate(8).putLong(i).array();
  }

  static byte[] value(long i) {
    byte[] value = new byte[100 + (int) (i % 3000)];
    Arrays.fill(value, (byte) i);
    return value;
  }

  @SuppressWarnings("SystemOut")
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, UTF_8);
    try (Store store = Store.open(Path.of(args[0]), StoreOptions.DEFAULT)) {
      Table left = store.table("left");
      Table right = store.table("right");
      for (long i = 0; ; i++) {
        Durability durability = i % 100 == 0 ? Durability.DISK : Durability.PROCESS;
        store.write(
            new Batch().put(left, key(i), value(i)).put(right, key(i), value(i)), durability);
        out.println(i);
      }
    }
  }
}
