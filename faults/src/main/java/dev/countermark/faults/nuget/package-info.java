/** NuGet packages in the fault harness. */
package dev.countermark.faults.nuget;
