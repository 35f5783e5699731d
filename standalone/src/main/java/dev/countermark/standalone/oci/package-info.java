/** What the launcher tells and shows of container images: the only place where it knows them. */
package dev.countermark.standalone.oci;
