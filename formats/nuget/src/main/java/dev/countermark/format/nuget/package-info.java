/**
 * What the platform knows of NuGet packages: their records, settings, object keys and events. What
 * is in the packages is known by the packages below.
 *
 * <p>Pure: no clock, network, store or framework. Start reading at {@link
 * dev.countermark.format.nuget.NugetFormat}.
 */
package dev.countermark.format.nuget;
