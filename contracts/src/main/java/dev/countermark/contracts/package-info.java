/**
 * What the services promise each other: repository names, topics, events, failures, the records in
 * the packages bucket and the one place that spells every object key.
 *
 * <p>Knows the JDK and Jackson, nothing else: no framework, no store, no format. Start reading at
 * {@link dev.countermark.contracts.ObjectKeys} and {@link dev.countermark.contracts.CloudEvent}.
 */
package dev.countermark.contracts;
