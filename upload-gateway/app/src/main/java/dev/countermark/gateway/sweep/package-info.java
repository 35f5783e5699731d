/** Deletes what nothing refers to any more. Must not be needed for anything to be right. */
package dev.countermark.gateway.sweep;
