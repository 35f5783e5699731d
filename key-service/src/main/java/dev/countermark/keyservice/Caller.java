package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.Purpose;
import java.util.Set;

/**
 * A service that proved who it is, and what it may do. Public material of its purposes it may
 * always read; everything else only when it is said here.
 *
 * @param name as configured; goes into the audit log
 * @param purposes whose keys it may use at all
 * @param mayAudit may have the audit chains of all purposes verified
 */
public record Caller(
    String name, Set<Purpose> purposes, boolean maySign, boolean mayRotate, boolean mayAudit) {
  public Caller {
    purposes = Set.copyOf(purposes);
  }
}
