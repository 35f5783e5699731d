package dev.countermark.contracts;

/**
 * A record whose JSON ends with a checksum of all that is before it: {@link Json#write} adds it,
 * {@link Json#read} compares it. What it holds inline has no other witness. JSON without one is
 * read as it is: records of before have none.
 */
public interface Checksummed {}
