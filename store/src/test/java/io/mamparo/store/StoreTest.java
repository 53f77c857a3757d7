package io.mamparo.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.mamparo.kernel.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {
  @TempDir Path dir;

  private Store open() {
    return Store.open(dir.resolve("state"), StoreOptions.DEFAULT);
  }

  private static byte[] b(String s) {
    return s.getBytes(UTF_8);
  }

  private static List<String> keys(List<Entry> entries) {
    return entries.stream().map(e -> new String(e.key(), UTF_8)).toList();
  }

  @Test
  void records_areFoundAgainAfterReopening() {
    try (Store store = open()) {
      store.table("a").put(b("k"), b("1"), Durability.PROCESS);
      store.table("b").put(b("k"), b("2"), Durability.DISK);
    }
    try (Store store = open()) {
      assertEquals(List.of("a", "b"), store.tables());
      assertArrayEquals(b("1"), store.table("a").get(b("k")));
      assertArrayEquals(b("2"), store.table("b").get(b("k")));
      store.table("a").delete(b("k"), Durability.PROCESS);
      assertNull(store.table("a").get(b("k")));
    }
  }

  @Test
  void scans_areOrderedBoundedAndWithinThePrefix() {
    try (Store store = open()) {
      Table table = store.table("t");
      for (String key : List.of("b2", "a", "b1", "c", "b3", "b")) {
        table.put(b(key), b(""), Durability.PROCESS);
      }
      assertEquals(List.of("b", "b1", "b2", "b3"), keys(table.scan(b("b"), 10)));
      assertEquals(List.of("b", "b1"), keys(table.scan(b("b"), 2)));
      assertEquals(List.of(), keys(table.scan(b("b"), 0)));
      assertEquals(List.of("b1", "b2"), keys(table.range(b("b1"), b("b3"), 10)));
      assertEquals(List.of("b3", "c"), keys(table.range(b("b3"), null, 10)));
      List<Entry> backwards = new ArrayList<>();
      table.forEachBackwards(
          b("a"),
          b("b3"),
          e -> {
            backwards.add(e);
            return backwards.size() < 3;
          });
      assertEquals(List.of("b2", "b1", "b"), keys(backwards));
    }
  }

  @Test
  void keysOfAllOnes_haveNoSuccessorAndAreScannedToTheEnd() {
    byte[] ones = {(byte) 0xff, (byte) 0xff};
    assertNull(Table.afterPrefix(ones));
    assertArrayEquals(new byte[] {2}, Table.afterPrefix(new byte[] {1, (byte) 0xff}));
    try (Store store = open()) {
      Table table = store.table("t");
      table.put(new byte[] {(byte) 0xff, (byte) 0xff, 7}, b("x"), Durability.PROCESS);
      table.put(b("a"), b("y"), Durability.PROCESS);
      assertEquals(1, table.scan(ones, 10).size());
      assertEquals(2, table.scan(new byte[0], 10).size());
    }
  }

  @Test
  void aBatch_isAllOrNothingAndReusable() {
    try (Store store = open()) {
      Table a = store.table("a");
      Table t = store.table("b");
      Batch batch = new Batch().put(a, b("1"), b("x")).put(t, b("2"), b("y"));
      assertEquals(2, batch.size());
      assertEquals(4, batch.bytes());
      store.write(batch, Durability.DISK);
      assertNotNull(a.get(b("1")));
      batch.clear();
      store.write(
          batch.delete(a, b("1")).deleteRange(t, b("0"), b("9")).put(t, b("3"), b("z")),
          Durability.PROCESS);
      assertNull(a.get(b("1")));
      assertEquals(List.of("3"), keys(t.scan(b(""), 9)));
    }
  }

  @Test
  void randomChanges_agreeWithASortedMap() {
    long seed = 42;
    Random random = new Random(seed);
    TreeMap<String, String> oracle = new TreeMap<>();
    Store store = open();
    try {
      for (int round = 0; round < 3000; round++) {
        String key = "k" + random.nextInt(500);
        if (random.nextInt(4) == 0) {
          oracle.remove(key);
          store.table("t").delete(b(key), Durability.PROCESS);
        } else {
          oracle.put(key, "v" + round);
          store.table("t").put(b(key), b("v" + round), Durability.PROCESS);
        }
        if (round % 1000 == 999) {
          store.close();
          store = open();
          List<Entry> all = store.table("t").range(new byte[0], null, Integer.MAX_VALUE);
          assertEquals(List.copyOf(oracle.keySet()), keys(all), "seed " + seed);
        }
      }
    } finally {
      store.close();
    }
  }

  @Test
  void aDroppedTable_isGoneWithItsFilesAndRefusesUse() {
    try (Store store = open()) {
      Table table = store.table("day");
      table.put(b("k"), b("v"), Durability.PROCESS);
      store.drop("day");
      store.drop("day");
      assertThrows(IllegalStateException.class, () -> table.get(b("k")));
      assertNull(store.table("day").get(b("k")));
    }
  }

  @Test
  void aClosedStore_refusesUseInsteadOfCrashingTheProcess() {
    Store store = open();
    Table table = store.table("t");
    store.close();
    store.close();
    assertThrows(IllegalStateException.class, () -> table.get(b("k")));
    assertThrows(IllegalStateException.class, () -> store.table("u"));
    assertThrows(IllegalStateException.class, table::bytes);
  }

  @Test
  void closing_waitsForScansThatRun() throws InterruptedException {
    Store store = open();
    Table table = store.table("t");
    for (int i = 0; i < 100; i++) {
      table.put(b("k" + i), b("v"), Durability.PROCESS);
    }
    int[] seen = {0};
    Thread closer = Thread.ofVirtual().unstarted(store::close);
    table.forEach(
        b(""),
        null,
        e -> {
          if (seen[0] == 10) {
            closer.start();
          }
          if (seen[0] > 10) {
            store.table("t").get(b("k1"));
          }
          seen[0]++;
          return true;
        });
    closer.join();
    assertEquals(100, seen[0]);
    assertThrows(IllegalStateException.class, () -> table.get(b("k")));
  }

  @Test
  void aDirectoryInUse_isRefusedWithTheRemedy() {
    try (Store store = open()) {
      assertNotNull(store.directory());
      Problem problem = assertThrows(Problem.class, this::open);
      assertTrue(problem.forUser().contains("another Mamparo uses this directory"));
      assertTrue(problem.remedy().contains("mamparo down"));
    }
  }

  @Test
  void damagedFiles_areAProblemThatNamesTheDirectory() throws IOException {
    try (Store store = open()) {
      store.table("t").put(b("k"), b("v"), Durability.DISK);
    }
    try (var files = Files.list(dir.resolve("state"))) {
      for (Path file : files.filter(f -> f.toString().contains("MANIFEST")).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, (byte) 7);
        Files.write(file, bytes);
      }
    }
    Problem problem = assertThrows(Problem.class, this::open);
    assertTrue(problem.forUser().contains("files are damaged"), problem.forUser());
    assertTrue(problem.subject().contains(dir.toString()));
  }

  @Test
  void aFileInTheWay_isAProblem() throws IOException {
    Files.writeString(dir.resolve("state"), "not a directory");
    assertThrows(Problem.class, this::open);
  }

  @Test
  void tablesOfAnotherStore_areRefused() {
    try (Store one = open();
        Store two = Store.open(dir.resolve("other"), StoreOptions.DEFAULT)) {
      Batch batch = new Batch().put(two.table("t"), b("k"), b("v"));
      assertThrows(IllegalArgumentException.class, () -> one.write(batch, Durability.PROCESS));
    }
  }

  @Test
  void theDirectory_isItsOwnersOnly() throws IOException {
    try (Store store = open()) {
      assertEquals(
          "rwx------",
          java.nio.file.attribute.PosixFilePermissions.toString(
              Files.getPosixFilePermissions(store.directory())));
    }
  }

  @Test
  void sizes_growWithWhatIsWritten() {
    try (Store store = open()) {
      Table table = store.table("t");
      long before = store.bytes();
      byte[] value = new byte[1000];
      new Random(1).nextBytes(value);
      for (int i = 0; i < 1000; i++) {
        table.put(b("key" + i), value, Durability.PROCESS);
      }
      assertTrue(store.bytes() - before > 900_000, () -> "grew to " + store.bytes());
      assertTrue(table.estimatedRecords() > 900);
    }
  }
}
