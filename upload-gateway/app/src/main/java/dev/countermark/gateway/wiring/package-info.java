/** Puts the gateway together: the only place that sees configuration of store, keys and events. */
package dev.countermark.gateway.wiring;
