/**
 * The CMS of format {@code cms-1.0.0}: made exactly as Swift's own tools make it, read exactly as
 * strictly as Swift 6.0.3 reads it (swift reference, section 4). Trust is {@code verify}'s
 * business.
 *
 * <p>Start at {@link dev.countermark.format.swift.signature.SignaturePreparation} to sign and at
 * {@link dev.countermark.format.swift.signature.CmsSignature} to read.
 */
package dev.countermark.format.swift.signature;
