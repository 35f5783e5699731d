/**
 * A real broker and a real S3-compatible store as child processes, for tests. Knows where the build
 * puts them; must not know services.
 */
package dev.countermark.testkit.servers;
