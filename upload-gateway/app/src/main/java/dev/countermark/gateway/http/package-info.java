/**
 * What holds for every request before a resource sees it: how large its body may be, and what
 * happens with a body that nobody reads. Must not know what is at which address: a format says
 * where it takes content.
 */
package dev.countermark.gateway.http;
