package dev.countermark.gateway.auth;

/** What a caller may do with a repository. */
public enum Action {
  /** Read images. */
  PULL,
  /** Upload images and move tags. */
  PUSH,
  /** Delete images, tags and blobs. */
  DELETE,
  /** Configure the repository and manage its tokens. */
  ADMIN
}
