/** The benchmark of Swift packages, with its samples and its peers. */
package dev.countermark.bench.swift;
