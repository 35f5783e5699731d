package dev.countermark.contracts;

/**
 * A run of an upload's bytes.
 *
 * @param from position of the first byte
 * @param to position behind the last byte
 */
public record ByteRun(long from, long to) {}
