package dev.countermark.gateway.kit;

import io.vertx.core.http.HttpServerRequest;

/**
 * One request, as far as answering it needs it.
 *
 * @param path for the log
 * @param head whether the answer has no body
 */
public record Call(String path, boolean head, HttpServerRequest http) {}
