/** What the gateway tells the signers and hears of them, by Kafka. Must not decide anything. */
package dev.countermark.gateway.events;
