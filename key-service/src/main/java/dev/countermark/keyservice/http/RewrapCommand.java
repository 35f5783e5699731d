package dev.countermark.keyservice.http;

import dev.countermark.blobs.BlobStore;
import dev.countermark.keyservice.RootRotation;
import dev.countermark.keyservice.RootSecret;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Gives the keys bucket to another root secret. */
@Command(
    name = "rewrap",
    mixinStandardHelpOptions = true,
    description = {
      "Gives the keys bucket to another root secret: that of the configuration.",
      "Stop every replica of the key service before, and start them with the new root secret after."
    })
final class RewrapCommand implements Callable<Integer> {
  private final BlobStore store;
  private final Supplier<RootSecret> next;

  @Spec private CommandSpec spec;

  @Option(
      names = "--former-root-secret-file",
      required = true,
      paramLabel = "FILE",
      description = "the root secret that the keys are wrapped by")
  private Path former;

  RewrapCommand(BlobStore store, Supplier<RootSecret> next) {
    this.store = store;
    this.next = next;
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    RootSecret from = RootSecret.consume(SettingFiles.read(former, "--former-root-secret-file"));
    RootSecret to = next.get();
    long rewrapped =
        new RootRotation(store, from, to)
            .run(
                count -> {
                  out.println(count + " records");
                  out.flush();
                });
    out.printf(
        "the keys bucket belongs to root secret %s now, no longer to %s; %d records were rewrapped%n",
        to.id(), from.id(), rewrapped);
    out.flush();
    return 0;
  }
}
