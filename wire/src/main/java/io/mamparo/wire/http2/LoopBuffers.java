package io.mamparo.wire.http2;

/** Arrays that all connections of one loop share, each for as long as it handles one frame. */
public final class LoopBuffers {
  final byte[] payload = new byte[Frame.PAYLOAD];

  /** The block that is being encoded. */
  public final Block block = new Block();
}
