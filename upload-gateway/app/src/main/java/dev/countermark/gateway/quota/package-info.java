/**
 * How much may lie in a repository. Must not know what packages are, nor count by itself: what lies
 * there is the inventory's to say.
 */
package dev.countermark.gateway.quota;
