package dev.countermark.contracts;

/**
 * One immutable object of content; its key is {@link ObjectKeys#content}.
 *
 * @param sha256 64 lower-case hexadecimal digits
 * @param size bytes
 * @param upload id of the upload that brought it
 */
public record Part(String sha256, long size, String upload) {}
