/** The benchmark of NuGet packages, with its samples and its peers. */
package dev.countermark.bench.nuget;
