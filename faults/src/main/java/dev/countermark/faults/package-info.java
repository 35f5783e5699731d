/**
 * Runs the platform as it is deployed, breaks it on a seeded schedule while packages of all formats
 * are pushed, and then looks from the outside whether its promises hold. Knows no format: each has
 * a room beside this package. Start with {@link dev.countermark.faults.Main}.
 */
package dev.countermark.faults;
