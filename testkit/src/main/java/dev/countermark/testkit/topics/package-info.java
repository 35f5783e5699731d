/** Talks to the platform's topics as a test does: sends anything, reads everything. */
package dev.countermark.testkit.topics;
