package dev.countermark.faults.nuget;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.faults.FaultsFormat;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;

/** NuGet packages: from feeds of even number they are deleted, in the others unlisted. */
public final class NugetFaults implements FaultsFormat {
  @Override
  public String label() {
    return "nuget";
  }

  static boolean deletes(int number) {
    return number % 2 == 0;
  }

  @Override
  public ObjectNode settings(int number) {
    return JsonNodeFactory.instance.objectNode().put("deletePackages", deletes(number));
  }

  @Override
  public Packages packages(Feed feed) {
    return new NugetPackages(feed);
  }
}
