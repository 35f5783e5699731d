/**
 * What the services promise each other: repository names, topics, events, failures, what all
 * formats and their records have in common, and the keys of objects that belong to no format.
 *
 * <p>Knows the JDK and Jackson, nothing else: no framework, no store, no format. Start reading at
 * {@link dev.countermark.contracts.Format} and {@link dev.countermark.contracts.CloudEvent}.
 */
package dev.countermark.contracts;
