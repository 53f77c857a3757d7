package io.mamparo.telemetry.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mamparo.telemetry.EdgeKey;
import java.nio.ByteBuffer;

/**
 * What a series is called in the store. Names of edges and nodes contain no NUL, so the parts can
 * be told apart and no name is the beginning of another's keys.
 *
 * @param text its parts, each ended by a NUL
 */
public record SeriesName(String text) {
  /** The series of an edge. */
  public static SeriesName edge(EdgeKey key) {
    return new SeriesName("e\0" + key.from() + '\0' + key.to() + '\0' + key.kind().label() + '\0');
  }

  /** The series of everything that reaches a node. */
  public static SeriesName node(String name) {
    return new SeriesName("n\0" + name + '\0');
  }

  /** The key of its point of a minute since the epoch. */
  public byte[] key(int minute) {
    byte[] name = text.getBytes(UTF_8);
    return ByteBuffer.allocate(name.length + 4).put(name).putInt(minute).array();
  }
}
