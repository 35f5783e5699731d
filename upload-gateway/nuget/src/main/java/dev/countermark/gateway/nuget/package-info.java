/**
 * The NuGet v3 protocol: push, restore, search, certificates.
 *
 * <p>Takes packages and hands them out; never signs. Must not touch other formats.
 */
package dev.countermark.gateway.nuget;
