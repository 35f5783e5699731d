/**
 * The edge of the key service: HTTP, who calls, configuration, wiring, the command line. Start
 * reading at {@link dev.countermark.keyservice.http.KeysResource}.
 *
 * <p>Decides who the caller is, never what he may do: that is {@link
 * dev.countermark.keyservice.KeyCustodian}'s.
 */
package dev.countermark.keyservice.http;
