/**
 * One real Kafka broker (KRaft, combined controller) on this machine: for {@code ./run} and for
 * tests. Must not know topics or services.
 */
package dev.countermark.standalone.broker;
