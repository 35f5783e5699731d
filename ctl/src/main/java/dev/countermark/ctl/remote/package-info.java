/**
 * Commands against a running platform, by its management API, and against its key service. Start at
 * {@link dev.countermark.ctl.remote.Remote}.
 *
 * <p>Knows no format by itself: what a package URL names is told by those that there are.
 */
package dev.countermark.ctl.remote;
