/**
 * What lies in a repository, so that lists, filtered by state, are answered without reading all
 * records; alike for every format. Must not know HTTP, nor what packages are. Start at {@link
 * dev.countermark.gateway.inventory.Inventories}.
 */
package dev.countermark.gateway.inventory;
