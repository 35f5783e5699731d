package dev.countermark.gateway.nuget;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.nuget.NugetFormat;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.NugetSettings;
import dev.countermark.format.nuget.NugetRecords.SignedPackage;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.Upkeep;
import dev.countermark.format.nuget.metadata.NuGetVersion;
import dev.countermark.format.nuget.signature.RepositoryClaim;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.Inventory;
import dev.countermark.gateway.kit.Marks;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.SettingsForm;
import dev.countermark.gateway.kit.TrustMaterial;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;

/** NuGet packages in the gateway. */
final class NugetGateway implements GatewayFormat<VersionRecord, NugetSettings> {
  private static final NugetFormat FORMAT = new NugetFormat();
  private static final String CONFIG = "nuget.config";

  private final RepositoryAccess<NugetSettings> access;
  private final Views views;
  private final Listings listings;
  private final NugetSettingsForm form;
  private final URI feeds;

  /**
   * @param feeds what feeds' addresses in signatures begin with
   */
  NugetGateway(
      RepositoryAccess<NugetSettings> access,
      Views views,
      Listings listings,
      NugetSettingsForm form,
      URI feeds) {
    this.feeds = feeds;
    this.access = access;
    this.listings = listings;
    this.views = views;
    this.form = form;
  }

  @Override
  public NugetFormat format() {
    return FORMAT;
  }

  @Override
  public SettingsForm<NugetSettings> settings() {
    return form;
  }

  @Override
  public RepositoryAccess<NugetSettings> access() {
    return access;
  }

  @Override
  public Optional<String> tokenHeader() {
    return Optional.of(FeedResource.API_KEY);
  }

  @Override
  public Map<String, String> addresses(String base) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("nugetFeed", base + "/{owner}/{repository}/nuget/v3/index.json");
    addresses.put("nugetSymbols", base + "/{owner}/{repository}/nuget/v3/symbols");
    addresses.put("nugetConfig", base + "/{owner}/{repository}/keys/nuget/" + CONFIG);
    return addresses;
  }

  @Override
  public Marks marks() {
    return new NugetMarks();
  }

  @Override
  public Inventory<VersionRecord, NugetSettings> inventory() {
    return new FeedInventory(listings);
  }

  /** {@code id/version} as people write them. */
  @Override
  public Optional<String> statusKey(RepositoryName repository, String rest) {
    int slash = rest.indexOf('/');
    return slash < 0
        ? Optional.empty()
        : NuGetVersion.parse(rest.substring(slash + 1))
            .flatMap(
                v -> Identity.find(rest.substring(0, slash).toLowerCase(Locale.ROOT), v.lower()))
            .map(identity -> NugetKeys.version(repository, identity));
  }

  /** Who was told that it is signed finds it in the feed, too. */
  @Override
  public void shown(VersionRecord record) {
    if (record.state() == State.AVAILABLE) {
      views.packages().changed(record.repository(), record.identity());
    }
  }

  @Override
  public Map<String, Object> statusDetails(VersionRecord record) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("id", record.id());
    details.put("version", record.version());
    details.put("listed", record.listed());
    details.put("contentHash", record.contentHash());
    record.signed().map(SignedPackage::signature).ifPresent(s -> details.put("signature", s));
    record.signed().flatMap(SignedPackage::replaced).ifPresent(r -> details.put("replaced", r));
    record
        .signed()
        .map(SignedPackage::warnings)
        .filter(warnings -> !warnings.isEmpty())
        .ifPresent(warnings -> details.put("warnings", warnings));
    return details;
  }

  @Override
  public void changed(RepositoryName repository, String packageName) {
    Identity.parse(packageName).ifPresent(identity -> views.changed(repository, identity));
  }

  @Override
  public void damagedOrRight(String key) {
    Matcher matcher = NugetKeys.RECORD.matcher(key);
    if (matcher.matches() && FORMAT.isRecord(key)) {
      RepositoryName.parse(matcher.group(1))
          .ifPresent(repository -> changed(repository, matcher.group(3) + "/" + matcher.group(4)));
    }
  }

  @Override
  public void forget(RepositoryName repository) {
    views.forget(repository);
  }

  @Override
  public TrustMaterial<NugetSettings> trust() {
    return new TrustMaterial<>() {
      @Override
      public List<String> files() {
        return List.of(CONFIG);
      }

      @Override
      public Optional<Document> document(String file, Asked<NugetSettings> asked) {
        return file.equals(CONFIG)
            ? Optional.of(
                new Document(
                    Document.XML,
                    Bytes.of(
                        ClientConfig.document(
                            asked.repository(),
                            new FeedAddresses(asked.base(), asked.repository()),
                            new FeedAddresses(asked.best(), asked.repository()),
                            SigningCertificates.entries(asked.versions()),
                            asked.settings().anonymousRead()))))
            : Optional.empty();
      }
    };
  }

  @Override
  public Optional<Boolean> isInOrder(
      VersionRecord record, NugetSettings settings, PublicKeyVersion current) {
    return record
        .signed()
        .flatMap(
            signed ->
                current
                    .leafFingerprint()
                    .map(
                        certificate ->
                            Upkeep.isInOrder(
                                signed.signature(),
                                settings,
                                RepositoryClaim.of(feeds, record.repository()),
                                certificate)));
  }
}
