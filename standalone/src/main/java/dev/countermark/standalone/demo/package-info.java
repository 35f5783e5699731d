/**
 * {@code ./run demo}: what the platform promises, shown end to end through its public interfaces.
 * Must not know how services work.
 */
package dev.countermark.standalone.demo;
