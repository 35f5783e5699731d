/**
 * Connections of clients: how many there may be, in all and from one network address, and how long
 * each may be without a request. Begin at {@link Connections}. Must not know what is asked for.
 */
package dev.countermark.gateway.connections;
