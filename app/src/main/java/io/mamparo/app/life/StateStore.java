package io.mamparo.app.life;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mamparo.kernel.Clock;
import io.mamparo.store.Batch;
import io.mamparo.store.Durability;
import io.mamparo.store.Entry;
import io.mamparo.store.Store;
import io.mamparo.store.StoreOptions;
import io.mamparo.store.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What has to be known after a {@code kill -9}: the desired stack file, the changes that were
 * decided, and the ports that running services hold. Safe for use by several threads; writes are on
 * the disk when they return.
 *
 * <p>The values of environment variables are secrets and are not stored: whoever runs {@code up}
 * brings them again.
 */
public final class StateStore implements AutoCloseable {
  /** Changes kept; the oldest go first. */
  public static final int HISTORY = 1_000;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final byte[] DESIRED = "stack".getBytes(StandardCharsets.UTF_8);
  private static final StoreOptions SMALL = new StoreOptions(2L << 20, 512L << 10, 4L << 20, 32);

  private final Store store;
  private final Table desired;
  private final Table history;
  private final Table ports;
  private final Clock clock;

  private StateStore(Store store, Clock clock) {
    this.store = store;
    this.clock = clock;
    desired = store.table("desired");
    history = store.table("history");
    ports = store.table("ports");
  }

  /** Opens it. */
  public static StateStore open(Path directory, Clock clock) {
    return new StateStore(Store.open(directory, SMALL), clock);
  }

  /** A desired stack file. */
  public record Desired(String file, String yaml, String baseDir) {}

  /** The last one that was recorded. */
  public Optional<Desired> desired() {
    byte[] value = desired.get(DESIRED);
    if (value == null) {
      return Optional.empty();
    }
    JsonNode json = parse(value);
    return Optional.of(
        new Desired(
            json.path("file").asText(), json.path("yaml").asText(), json.path("baseDir").asText()));
  }

  /** Records what is desired together with the changes that lead there, before they are made. */
  public void record(Desired next, List<Change> changes) {
    ObjectNode json = JSON.createObjectNode();
    json.put("file", next.file()).put("yaml", next.yaml()).put("baseDir", next.baseDir());
    Batch batch = new Batch().put(desired, DESIRED, bytes(json));
    long time = clock.epochNanos();
    int place = 0;
    for (Change change : changes) {
      batch.put(
          history,
          key(time + place++),
          bytes(JSON.createObjectNode().put("change", change.words())));
    }
    trim(batch, changes.size());
    store.write(batch, Durability.DISK);
  }

  private void trim(Batch batch, int coming) {
    List<Entry> all = history.range(new byte[0], null, 2 * HISTORY);
    int surplus = all.size() + coming - HISTORY;
    for (int i = 0; i < surplus && i < all.size(); i++) {
      batch.delete(history, all.get(i).key());
    }
  }

  /** The changes in the order they were decided. */
  public List<String> history() {
    List<String> changes = new ArrayList<>();
    for (Entry entry : history.range(new byte[0], null, HISTORY)) {
      changes.add(parse(entry.value()).path("change").asText());
    }
    return changes;
  }

  /** Remembered ports by name. */
  public Map<String, Integer> ports() {
    Map<String, Integer> all = new LinkedHashMap<>();
    for (Entry entry : ports.range(new byte[0], null, 100_000)) {
      all.put(
          new String(entry.key(), StandardCharsets.UTF_8), ByteBuffer.wrap(entry.value()).getInt());
    }
    return all;
  }

  /** Remembers exactly these. */
  public void ports(Map<String, Integer> next) {
    Batch batch = new Batch();
    for (String name : ports().keySet()) {
      if (!next.containsKey(name)) {
        batch.delete(ports, name.getBytes(StandardCharsets.UTF_8));
      }
    }
    next.forEach(
        (name, port) ->
            batch.put(
                ports,
                name.getBytes(StandardCharsets.UTF_8),
                ByteBuffer.allocate(4).putInt(port).array()));
    if (batch.size() > 0) {
      store.write(batch, Durability.DISK);
    }
  }

  private static byte[] key(long time) {
    return ByteBuffer.allocate(8).putLong(time).array();
  }

  private static byte[] bytes(JsonNode json) {
    return json.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode parse(byte[] bytes) {
    try {
      return JSON.readTree(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
