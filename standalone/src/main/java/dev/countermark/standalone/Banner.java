package dev.countermark.standalone;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a user sees when the platform is ready: addresses, token, commands to copy. */
final class Banner {
  private static final String REPOSITORY = "demo/hello";

  private Banner() {}

  static String text(
      Addresses gateway,
      List<StandaloneFormat> formats,
      String token,
      Path data,
      long startMillis) {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "",
                "  ┌───────────────────────────────────────────────────────────────────┐",
                "  │  COUNTERMARK   every package signed natively, on the server       │",
                "  └───────────────────────────────────────────────────────────────────┘",
                "   ready in        " + String.format("%.1f s", startMillis / 1000.0),
                "   gateway         "
                    + gateway.url()
                    + gateway.httpsUrl().map(u -> "   " + u).orElse(""),
                "   API             " + gateway.url() + "/api/v1/openapi",
                "   admin token     " + token,
                "   data and logs   " + data,
                ""));
    for (StandaloneFormat format : formats) {
      lines.addAll(format.banner(gateway, REPOSITORY));
      lines.add("");
    }
    lines.add("   stop with Ctrl-C, or ./run stop --data " + data);
    lines.add("");
    return String.join(System.lineSeparator(), lines);
  }
}
