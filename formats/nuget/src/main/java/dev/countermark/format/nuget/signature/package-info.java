/**
 * What is in {@code .signature.p7s}: CMS signatures of authors and repositories, read, prepared for
 * a key that is elsewhere, and completed (nuget reference, section 2).
 *
 * <p>Never sees a private key; knows nothing of archives.
 */
package dev.countermark.format.nuget.signature;
