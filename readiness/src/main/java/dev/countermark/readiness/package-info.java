/**
 * Whether what a service needs answers. Must not know what a service does with it, nor keep a
 * thread of whoever asks.
 */
package dev.countermark.readiness;
