/**
 * Signs NuGet packages as their repository: wiring and the one use case.
 *
 * <p>Reads records and uploads, changes records; faces no client and holds no key.
 */
package dev.countermark.signer.nuget;
