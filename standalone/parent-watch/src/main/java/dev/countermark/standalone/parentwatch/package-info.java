/** Runs a program and ends it when its parent is gone. Knows nothing else. */
package dev.countermark.standalone.parentwatch;
