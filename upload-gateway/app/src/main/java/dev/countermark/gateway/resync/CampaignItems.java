package dev.countermark.gateway.resync;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.countermark.contracts.RepositoryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Some packages of a campaign.
 *
 * @param next the {@code last} parameter of the next page; absent on the last one
 */
@Schema(name = "ResyncItems")
@JsonInclude(JsonInclude.Include.NON_NULL)
public record CampaignItems(List<Item> items, String next) {
  private static final Pattern POSITION = Pattern.compile("([0-9]{1,8})-([0-9]{1,4})");

  /** A page may have less than was asked for, so that no request reads all of a large campaign. */
  private static final int MOST_BATCHES = 20;

  /**
   * One package.
   *
   * @param state {@code planned} until something came of it
   * @param code of a refusal or a dead letter; absent otherwise
   */
  @Schema(name = "ResyncItem")
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Item(
      String format,
      RepositoryName repository,
      String name,
      String digest,
      String state,
      String code,
      String detail) {
    private static Item of(Batch.Item item) {
      return new Item(
          item.format(),
          item.repository(),
          item.name(),
          item.digest(),
          item.result().map(r -> r.label()).orElse("planned"),
          item.code().orElse(null),
          item.detail().orElse(null));
    }
  }

  /**
   * @param state only packages of it; empty for all
   * @param last where the page before ended; empty for the first one
   * @return empty when {@code last} is no position
   */
  static Optional<CampaignItems> of(
      Campaign campaign, CampaignStore store, Optional<String> state, String last, int size) {
    int batch = 0;
    int index = 0;
    if (!last.isEmpty()) {
      Matcher position = POSITION.matcher(last);
      if (!position.matches()) {
        return Optional.empty();
      }
      batch = Integer.parseInt(position.group(1));
      index = Integer.parseInt(position.group(2));
    }
    List<Item> items = new ArrayList<>();
    int end = (int) Math.min((long) batch + MOST_BATCHES, campaign.walk().batches());
    for (; batch < end; batch++, index = 0) {
      List<Batch.Item> all =
          store.batch(campaign.id(), batch).map(Batch::items).orElseGet(List::of);
      for (; index < all.size(); index++) {
        if (items.size() == size) {
          return Optional.of(new CampaignItems(items, batch + "-" + index));
        }
        Item item = Item.of(all.get(index));
        if (state.filter(s -> !s.equals(item.state())).isEmpty()) {
          items.add(item);
        }
      }
    }
    return Optional.of(
        new CampaignItems(items, batch < campaign.walk().batches() ? batch + "-0" : null));
  }
}
