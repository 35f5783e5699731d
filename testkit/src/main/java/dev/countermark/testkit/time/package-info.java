/** Time as tests want it. */
package dev.countermark.testkit.time;
