/**
 * The throw-away format from push to deletion: what is promised of every format holds for one that
 * nothing outside of its rooms knows, in a platform that was built with it.
 */
package dev.countermark.conformance.echo;
