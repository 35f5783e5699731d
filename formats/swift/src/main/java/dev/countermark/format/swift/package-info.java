/**
 * What the platform knows of Swift packages: their records, settings, object keys and events. What
 * is in the packages is known by the packages below.
 *
 * <p>Pure: no clock, network, store or framework. Start reading at {@link
 * dev.countermark.format.swift.SwiftFormat}.
 */
package dev.countermark.format.swift;
