package io.mamparo.wire.http2;

import io.mamparo.wire.http.Field;

/** Takes the fields of a header block, one after the other. */
@FunctionalInterface
public interface FieldSink {
  /** Takes no field: the block is only decoded so that both tables stay the same. */
  FieldSink NONE = (bytes, at, name, value, known, sound) -> {};

  /**
   * A field; its value follows its name without a gap. Valid only during the call.
   *
   * @param at where its name begins
   * @param name how long its name is
   * @param value how long its value is
   * @param sound whether name and value hold nothing that RFC 9113, 8.2.1, forbids
   */
  void field(byte[] bytes, int at, int name, int value, Field known, boolean sound);
}
