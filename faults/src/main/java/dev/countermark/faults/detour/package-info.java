/**
 * Stands between the parts of a platform, and passes what they say to each other, or does not.
 * Start with {@link dev.countermark.faults.detour.Detours}.
 */
package dev.countermark.faults.detour;
