/**
 * NuGet packages that nobody wrote, and how a client pushes them. Knows nothing of the platform but
 * its public HTTP interface.
 */
package dev.countermark.testkit.nuget;
