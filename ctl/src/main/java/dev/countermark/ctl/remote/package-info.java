/**
 * Commands against a running platform, by its management API. Start at {@link
 * dev.countermark.ctl.remote.Remote}.
 *
 * <p>Knows no format.
 */
package dev.countermark.ctl.remote;
