/**
 * What lists say of releases: made from the records, thrown away and made again at any time. Must
 * not know HTTP. Start at {@link dev.countermark.gateway.swift.view.ReleaseIndex}.
 */
package dev.countermark.gateway.swift.view;
