/**
 * Webhooks: what happens to the packages of a repository, told to addresses that its managers name.
 * Events lie in the store until a receiver has them; one gateway at a time is at those of one
 * webhook. Start at {@link dev.countermark.gateway.webhooks.Deliveries}.
 *
 * <p>Knows no format. Receivers are strangers: {@link
 * dev.countermark.gateway.webhooks.AddressPolicy} says where a request may go.
 */
package dev.countermark.gateway.webhooks;
