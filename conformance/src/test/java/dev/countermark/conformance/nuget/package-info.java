/** NuGet packages: the .NET client and our own verifier against the platform. */
package dev.countermark.conformance.nuget;
