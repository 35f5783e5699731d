package dev.countermark.standalone;

import dev.countermark.standalone.demo.Checks;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/**
 * What the launcher tells and shows of a format. Found by {@link ServiceLoader}; whatever else the
 * launcher needs of a format, {@link dev.countermark.contracts.Format} says.
 */
public interface StandaloneFormat {
  /** As everywhere: {@link dev.countermark.contracts.Format#label}. */
  String label();

  /** Place among the formats in what people read, the least first; equals go by their labels. */
  int order();

  /**
   * How a package is pushed and then verified: a sentence, and commands to copy.
   *
   * @param repository made by the first push
   */
  List<String> banner(Addresses gateway, String repository);

  /** JSON object: settings of a repository that everybody may read from. */
  String openSettings();

  /**
   * Pushes samples, waits until they are signed, and checks them by our own verifier and by
   * whatever clients are installed.
   *
   * @param repository exists, with {@link #openSettings}
   * @throws UserError when a sample is not signed in time
   */
  void demonstrate(RunningPlatform platform, String repository, Checks checks)
      throws IOException, InterruptedException;

  /** Those on the class path, in their order. */
  static List<StandaloneFormat> all() {
    return ServiceLoader.load(StandaloneFormat.class, StandaloneFormat.class.getClassLoader())
        .stream()
        .map(ServiceLoader.Provider::get)
        .sorted(
            Comparator.comparingInt(StandaloneFormat::order).thenComparing(StandaloneFormat::label))
        .toList();
  }
}
