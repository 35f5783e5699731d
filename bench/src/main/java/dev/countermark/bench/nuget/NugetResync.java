package dev.countermark.bench.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.bench.Target;
import dev.countermark.bench.resync.ResyncedFormat;

/** Small packages of one version each. */
public final class NugetResync implements ResyncedFormat {
  private static final int BYTES = 1_000;
  private static final String ID = "Bench.Small";

  @Override
  public String label() {
    return "nuget";
  }

  @Override
  public Packages in(Target target, String repository) {
    NugetFeed feed = new NugetFeed(target, repository);
    return new Packages() {
      @Override
      public void push(int number) {
        feed.push(SamplePackage.of(ID + number, 0, BYTES));
      }

      @Override
      public JsonNode status(int number) {
        return feed.status(ID + number, SamplePackage.version(0));
      }
    };
  }
}
