/**
 * Deletes what a repository's rules do not keep, and says before what that would be. Must not know
 * what packages are: formats say what belongs together, and delete as their users would. Start at
 * {@link dev.countermark.gateway.retention.Retention}.
 */
package dev.countermark.gateway.retention;
