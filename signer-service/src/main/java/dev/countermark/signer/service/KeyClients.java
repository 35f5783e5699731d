package dev.countermark.signer.service;

import dev.countermark.contracts.Format;
import dev.countermark.keys.KeyClient;

/**
 * The key service as each format may use it: with what that format is known by, so that a format
 * has nothing signed for the purpose of another.
 */
@FunctionalInterface
public interface KeyClients {
  KeyClient of(Format<?, ?> format);
}
