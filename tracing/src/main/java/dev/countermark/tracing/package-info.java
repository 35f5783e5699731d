/**
 * One trace from a push to its outcome. Start at {@link dev.countermark.tracing.Tracing}.
 *
 * <p>Knows neither HTTP nor Kafka: between services a trace is the text of a {@code traceparent}.
 */
package dev.countermark.tracing;
