/**
 * The command line tool. It judges files that are there, by what the caller trusts; it asks no
 * network and knows no platform. Start at {@link dev.countermark.ctl.Main}.
 */
package dev.countermark.ctl;
