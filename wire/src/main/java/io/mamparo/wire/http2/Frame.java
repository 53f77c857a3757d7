package io.mamparo.wire.http2;

/** The numbers of RFC 9113: types, flags, settings, sizes. No state. */
final class Frame {
  static final int HEADER = 9;

  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PUSH_PROMISE = 5;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;
  static final int PRIORITISED = 32;

  static final int HEADER_TABLE_SIZE = 1;
  static final int ENABLE_PUSH = 2;
  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int MAX_FRAME_SIZE = 5;
  static final int MAX_HEADER_LIST_SIZE = 6;

  /** The largest payload that is taken here, which is also what every peer takes. */
  static final int PAYLOAD = 16 * 1024;

  static final int LARGEST_PAYLOAD = (1 << 24) - 1;

  /** What every window begins with. */
  static final int WINDOW = 65_535;

  static final int TABLE = 4096;

  private Frame() {}
}
