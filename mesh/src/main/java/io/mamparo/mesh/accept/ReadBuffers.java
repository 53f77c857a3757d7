package io.mamparo.mesh.accept;

import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * How large a buffer the next read gets: small for heads, large as soon as a body fills one. Used
 * by one channel each. Idle connections hold no buffer at all.
 */
public final class ReadBuffers extends DefaultMaxMessagesRecvByteBufAllocator {
  private static final int SMALL = 4 * 1024;
  private static final int LARGE = 64 * 1024;

  @SuppressWarnings("deprecation") // The type that Netty asks for is itself deprecated for users.
  @Override
  public Handle newHandle() {
    return new Sizes();
  }

  private final class Sizes extends MaxMessageHandle {
    private int next = SMALL;

    @Override
    public int guess() {
      return next;
    }

    @Override
    public void lastBytesRead(int bytes) {
      if (bytes == attemptedBytesRead()) {
        next = LARGE;
      } else if (bytes >= 0 && bytes < SMALL) {
        next = SMALL;
      }
      super.lastBytesRead(bytes);
    }
  }
}
