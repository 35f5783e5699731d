/**
 * A plain distribution-API client and the images it pushes, for suites and benchmarks. Knows
 * nothing of the platform but its public HTTP interface. Start with {@link
 * dev.countermark.testkit.oci.RegistryClient}.
 */
package dev.countermark.testkit.oci;
