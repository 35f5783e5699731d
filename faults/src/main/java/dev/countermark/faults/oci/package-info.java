/** Images in the fault harness. */
package dev.countermark.faults.oci;
