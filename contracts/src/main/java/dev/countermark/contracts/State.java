package dev.countermark.contracts;

/** Where a package stands; of every format, and never renamed: records and the API carry it. */
public enum State {
  /** Stored, not yet signed. */
  RECEIVED,
  /** Signed; stays so while signatures are added or made anew. */
  AVAILABLE,
  /** Will never be signed as it is: see {@link PackageRecord#refusal}. */
  REFUSED,
  /** A signature, attestation or other artifact that is never signed itself. */
  EXEMPT,
  /** Gone, and its identity is never given away again. */
  DELETED
}
