package io.mamparo.wire.http;

/**
 * Bounds of a head.
 *
 * @param bytes all of it
 * @param fields how many
 * @param targetBytes of the request target
 */
public record HeadLimits(int bytes, int fields, int targetBytes) {
  /** 32 KiB, 100 fields, 8 KiB. */
  public static final HeadLimits DEFAULT = new HeadLimits(32 * 1024, 100, 8 * 1024);
}
