package dev.countermark.ctl.remote;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Lists that come page by page. */
final class Pages {
  private Pages() {}

  /**
   * All of them.
   *
   * @param path with a query
   * @param member that holds a page's entries
   */
  static List<JsonNode> all(Remote platform, String path, String member) {
    return all(platform, path, member, "cursor");
  }

  /**
   * The same of a list whose places are named otherwise.
   *
   * @param place the parameter of the next page's place
   */
  static List<JsonNode> all(Remote platform, String path, String member, String place) {
    List<JsonNode> all = new ArrayList<>();
    JsonNode page = platform.get(path);
    page.path(member).forEach(all::add);
    while (page.hasNonNull("next")) {
      page = platform.get(path + "&" + place + "=" + Told.encoded(page.path("next").asText()));
      page.path(member).forEach(all::add);
    }
    return all;
  }
}
