/**
 * How tenants share what there is one of for all: in turns, and none has all of it. Begin at {@link
 * FairQueue}. Must not know what a tenant is, nor what is done in a turn.
 */
package dev.countermark.turns;
