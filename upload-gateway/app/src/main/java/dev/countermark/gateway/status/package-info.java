/**
 * Where the signing of a package stands, for all formats alike. Must not know what the packages
 * are: a format says what its address means and what else there is to tell.
 */
package dev.countermark.gateway.status;
