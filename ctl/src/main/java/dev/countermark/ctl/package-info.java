/**
 * The command line tool. It judges files that are there, by what the caller trusts, and asks no
 * network for that; what it has a platform do is in {@code remote}. Start at {@link
 * dev.countermark.ctl.Main}.
 */
package dev.countermark.ctl;
