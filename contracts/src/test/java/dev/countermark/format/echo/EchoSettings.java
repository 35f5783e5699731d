package dev.countermark.format.echo;

/**
 * @param anonymousRead whether anybody may get files; default false
 */
public record EchoSettings(boolean anonymousRead) {}
