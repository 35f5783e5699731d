/** What the gateway tells the signers, by Kafka. Must not decide anything. */
package dev.countermark.gateway.events;
