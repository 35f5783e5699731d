package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.contracts.PackageUrl;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code status}: where the signing of a package stands. */
@Command(
    name = "status",
    description = "Tells where the signing of a package stands.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:signed, or never to be signed",
      "1:refused, given up, deleted or damaged, or the platform does not tell",
      "2:the command line is wrong",
      "3:the platform cannot be reached",
      "4:it still waits"
    })
public final class StatusCommand extends OnPlatform {
  @Parameters(
      paramLabel = "PURL",
      description =
          "Its package URL as events and logs have it: pkg:…?repository_url=OWNER/NAME, quoted.")
  private String purl;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "Waits until it is signed or refused, 60 seconds at most.")
  private Integer wait;

  private StatusCommand() {}

  @Override
  int run(Remote platform, PrintWriter out) {
    JsonNode status = platform.get(path() + (wait == null ? "" : "?wait=" + wait));
    if (json()) {
      Told.json(out, status);
    } else {
      tell(out, status);
    }
    return exitCode(status);
  }

  private String path() {
    PackageUrl url =
        PackageUrl.parse(purl)
            .orElseThrow(() -> RemoteException.usage(purl + " is no package URL: pkg:…"));
    if (url.repositoryPath().isEmpty()) {
      throw RemoteException.usage(
          "that names no repository: end it with ?repository_url=OWNER/NAME, and quote it");
    }
    for (Format<?, ?> format : Formats.all()) {
      var named = format.named(url);
      if (named.isPresent()) {
        return "/"
            + named.get().repository()
            + "/status/"
            + format.label()
            + "/"
            + Arrays.stream(named.get().name().split("/"))
                .map(Told::encoded)
                .collect(Collectors.joining("/"));
      }
    }
    throw RemoteException.usage(
        purl + " names no version of a package: a type, a name, a version and a repository");
  }

  private static int exitCode(JsonNode status) {
    if (status.path("damaged").asBoolean()) {
      return ExitCodes.REFUSED;
    }
    return switch (status.path("status").asText()) {
      case "signed", "exempt" -> ExitCodes.OK;
      case "pending" -> ExitCodes.PENDING;
      default -> ExitCodes.REFUSED;
    };
  }

  private static void tell(PrintWriter out, JsonNode status) {
    String state = status.path("status").asText();
    line(out, "status", status.path("status"));
    line(
        out,
        "since",
        switch (state) {
          case "signed" -> status.path("signedAt");
          case "refused" -> status.path("refusal").path("at");
          case "failed" -> status.path("failed").path("since");
          default -> status.path("acceptedAt");
        });
    if (status.path("damaged").asBoolean()) {
      out.println("damaged: what is stored is not what was stored; see docs/operations.md#damage");
    }
    for (String why : new String[] {"refusal", "waiting", "failed"}) {
      status
          .path(why)
          .properties()
          .forEach(
              member -> {
                if (!member.getKey().equals("at") && !member.getKey().equals("since")) {
                  line(out, member.getKey(), member.getValue());
                }
              });
    }
    for (String member :
        new String[] {"digest", "keyVersion", "fingerprint", "acceptedAt", "pushedBy"}) {
      line(out, member, status.path(member));
    }
    status
        .path("details")
        .properties()
        .forEach(
            detail -> {
              if (detail.getValue().isArray()) {
                detail.getValue().forEach(one -> line(out, detail.getKey(), one));
              } else {
                line(out, detail.getKey(), detail.getValue());
              }
            });
    if (state.equals("failed")) {
      out.println(
          "next: countermark-ctl dead-letters show "
              + Told.text(status.path("failed").path("letter")));
    } else if (state.equals("refused")) {
      out.println("next: push a corrected package");
    }
  }

  /** An object has its members beside each other. */
  private static void line(PrintWriter out, String name, JsonNode value) {
    if (value.isObject()) {
      out.println(
          name
              + ": "
              + value.properties().stream()
                  .map(member -> member.getKey() + " " + Told.text(member.getValue()))
                  .collect(Collectors.joining(", ")));
    } else if (!value.isMissingNode() && !value.isNull()) {
      out.println(name + ": " + Told.text(value));
    }
  }
}
