/**
 * What holds for every request before a resource sees it: the account of the memory that it draws,
 * and what happens with a body that nobody reads. Must not know what is at which address, nor how
 * much of a body is read there.
 */
package dev.countermark.gateway.http;
