/**
 * Whether what is stored is still what was stored: small content is compared with its hash before
 * it is handed out, and what is known to be damaged is not handed out at all. Must not know formats
 * nor HTTP. Start at {@link dev.countermark.gateway.integrity.Integrity}.
 */
package dev.countermark.gateway.integrity;
