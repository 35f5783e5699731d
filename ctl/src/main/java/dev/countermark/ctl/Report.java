package dev.countermark.ctl;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What a format's verifier says of one file, in both forms in which it is told. */
public interface Report {
  boolean accepted();

  /** Content and signatures, a line each. */
  List<String> lines();

  /** Content and signatures as members. */
  void describe(ObjectNode file);

  List<Told> findings();

  /**
   * A finding.
   *
   * @param code empty when there is none
   * @param severity {@code error}, {@code warning} or {@code info}
   * @param strict whether the client overlooks it
   */
  record Told(String code, String severity, String message, boolean strict) {
    boolean isError() {
      return severity.equals("error");
    }
  }
}
