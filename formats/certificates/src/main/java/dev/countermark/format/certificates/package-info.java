/**
 * What is true of certificate chains, and of signatures by their keys, whatever package format they
 * vouch for. What a client demands of a chain beyond that is its format's business.
 */
package dev.countermark.format.certificates;
