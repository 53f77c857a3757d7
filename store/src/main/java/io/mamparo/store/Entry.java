package io.mamparo.store;

/**
 * One record of a table. The arrays belong to the receiver.
 *
 * @param key ordered as unsigned bytes
 * @param value may be empty
 */
@SuppressWarnings("ArrayRecordComponent") // bytes in, bytes out; nobody compares entries
public record Entry(byte[] key, byte[] value) {}
