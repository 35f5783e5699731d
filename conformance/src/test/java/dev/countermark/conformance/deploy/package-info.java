/** What is deployed: images, and the ways to run them. */
package dev.countermark.conformance.deploy;
