/**
 * The platform as its enemies would use it, and as those who sit beside them do: each test lets
 * something happen that is meant to stop it, and asks whether the same processes go on. {@code
 * -Dhostile.long=true} makes more of it happen than a build has time for.
 */
package dev.countermark.conformance.hostile;
