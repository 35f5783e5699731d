/**
 * How the packages of the throw-away format are signed: the smallest signer there can be, the
 * documentation of {@link dev.countermark.signer.service.SignerFormat} and its first user.
 */
package dev.countermark.signer.echo;
