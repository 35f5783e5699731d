/**
 * Benchmarks against a running platform and its peers, as ratios measured in one run. Knows the
 * public interface only. Start with {@link dev.countermark.bench.Main}.
 */
package dev.countermark.bench;
