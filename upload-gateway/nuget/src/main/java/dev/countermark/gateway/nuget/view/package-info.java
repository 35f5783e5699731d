/**
 * What readers see of NuGet packages: versions, metadata, search. Made from the records, kept fresh
 * by events, thrown away at any time.
 *
 * <p>Decides nothing and stores nothing; shows only what is signed.
 */
package dev.countermark.gateway.nuget.view;
