/**
 * A throw-away format, the smallest there can be: a file is put, its SHA-256 is signed with the
 * repository's key, and file and signature are handed out. It is the test of the plug-in interface
 * and its documentation: this room says what the packages are, {@code dev.countermark.signer.echo}
 * how they are signed, {@code dev.countermark.gateway.echo} how they are pushed and pulled.
 */
package dev.countermark.format.echo;
