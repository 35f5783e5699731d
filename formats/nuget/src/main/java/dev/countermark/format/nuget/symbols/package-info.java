/**
 * Portable PDB files: how debuggers ask for one, and what they compare it with.
 *
 * <p>Reads streams of bytes; knows nothing of the archives that they are in.
 */
package dev.countermark.format.nuget.symbols;
