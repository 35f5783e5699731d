/**
 * One real Kafka broker (KRaft, combined controller) on this machine: for {@code ./run} and for
 * tests. Knows the topics; must not know services.
 */
package dev.countermark.standalone.broker;
