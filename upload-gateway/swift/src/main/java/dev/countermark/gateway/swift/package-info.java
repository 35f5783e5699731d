/**
 * The Swift package registry: publish, resolve, submissions. Start at {@link
 * dev.countermark.gateway.swift.SwiftResource}.
 *
 * <p>Must not sign, and must not show a release before it is signed.
 */
package dev.countermark.gateway.swift;
