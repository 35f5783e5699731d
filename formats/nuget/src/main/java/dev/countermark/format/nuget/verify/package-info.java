/**
 * Judges a package as the NuGet client does, with its codes and severities (nuget reference,
 * sections 4.3, 4.4 and 4.6), and refuses some things that the client overlooks: those findings are
 * marked strict. Start at {@link dev.countermark.format.nuget.verify.PackageVerifier}.
 *
 * <p>Knows no network: nothing is asked about revocation, as with a client that works offline, and
 * roots come from the caller.
 */
package dev.countermark.format.nuget.verify;
