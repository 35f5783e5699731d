/**
 * An S3-compatible store on local disk for {@code ./run} and for tests: S3Proxy, plus the layer
 * that makes its compare-and-set atomic. Must not know keys or formats.
 */
package dev.countermark.standalone.store;
