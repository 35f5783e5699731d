/**
 * Signs Swift releases: wiring and the one use case.
 *
 * <p>Reads records and uploads, changes records; faces no client and holds no key. Start reading at
 * {@link dev.countermark.signer.swift.SignRelease}.
 */
package dev.countermark.signer.swift;
