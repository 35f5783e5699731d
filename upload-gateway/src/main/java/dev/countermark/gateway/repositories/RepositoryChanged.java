package dev.countermark.gateway.repositories;

import dev.countermark.contracts.RepositoryName;

/**
 * Told inside this process, after a repository was created, configured or deleted here: whoever
 * remembers anything about it forgets it. Other replicas only see it when their memory runs out.
 */
public record RepositoryChanged(RepositoryName repository) {}
