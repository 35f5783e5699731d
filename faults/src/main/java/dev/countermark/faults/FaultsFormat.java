package dev.countermark.faults;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.ResyncMode;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** What the harness must know of a format. Found by {@link ServiceLoader}. */
public interface FaultsFormat {
  /** As everywhere: {@link dev.countermark.contracts.Format#label}. */
  String label();

  /**
   * Settings of a repository whose packages nobody who may only read sees before they are signed.
   *
   * @param number of the repository among those of the format, from 0 on
   */
  ObjectNode settings(int number);

  /** How a campaign has packages signed with the current key that an older one signed. */
  default ResyncMode renewal() {
    return ResyncMode.ENSURE;
  }

  /** The packages of a repository, as it is reached by one of the gateways. */
  Packages packages(Feed feed);

  /** Those on the class path. */
  static List<FaultsFormat> all() {
    return ServiceLoader.load(FaultsFormat.class).stream()
        .map(ServiceLoader.Provider::get)
        .sorted(Comparator.comparing(FaultsFormat::label))
        .toList();
  }
}
