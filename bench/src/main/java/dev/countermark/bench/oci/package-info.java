/** The benchmark of container images, with its samples and its peers. */
package dev.countermark.bench.oci;
