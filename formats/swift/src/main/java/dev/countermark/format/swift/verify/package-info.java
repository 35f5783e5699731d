/**
 * Whether clients would accept a release, and whether they should: the client's checks in the
 * client's words, and what it overlooks (swift reference, sections 3, 4.3 and 7). Knows no clock:
 * who asks says when.
 *
 * <p>Start at {@link dev.countermark.format.swift.verify.ReleaseVerifier}.
 */
package dev.countermark.format.swift.verify;
