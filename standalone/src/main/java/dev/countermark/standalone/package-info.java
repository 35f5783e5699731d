/**
 * Starts the whole platform on one machine: broker, store and the services as child processes, from
 * the same artefacts that are deployed. Start reading at {@link dev.countermark.standalone.Main}
 * and {@link dev.countermark.standalone.Platform}.
 *
 * <p>Knows how to start and stop; must not change how a service works.
 */
package dev.countermark.standalone;
