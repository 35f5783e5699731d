/**
 * What is remembered of packages, so that lists are not read from the store for every caller; alike
 * for every format. Must not know HTTP, nor what a view says. Start at {@link
 * dev.countermark.gateway.views.PackageViews}.
 */
package dev.countermark.gateway.views;
