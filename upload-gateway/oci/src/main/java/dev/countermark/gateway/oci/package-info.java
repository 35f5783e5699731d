/**
 * The OCI distribution API: {@link dev.countermark.gateway.oci.RegistryResource} is the edge,
 * {@link dev.countermark.gateway.oci.OciRoute} tells what is asked for, the rest are use cases on
 * the store. Must not sign, hold keys, or keep state that another replica would need.
 */
package dev.countermark.gateway.oci;
