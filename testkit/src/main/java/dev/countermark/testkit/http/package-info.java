/** Requests to the platform as anybody may send them, for suites and benchmarks. */
package dev.countermark.testkit.http;
