package dev.countermark.gateway.swift;

import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.State;
import dev.countermark.format.swift.SwiftFormat;
import dev.countermark.format.swift.SwiftKeys;
import dev.countermark.format.swift.SwiftRecords.Identity;
import dev.countermark.format.swift.SwiftRecords.ReleaseRecord;
import dev.countermark.format.swift.SwiftRecords.SignedBy;
import dev.countermark.format.swift.SwiftRecords.SwiftSettings;
import dev.countermark.gateway.kit.GatewayFormat;
import dev.countermark.gateway.kit.Inventory;
import dev.countermark.gateway.kit.Problem.Kind;
import dev.countermark.gateway.kit.ProblemException;
import dev.countermark.gateway.kit.RepositoryAccess;
import dev.countermark.gateway.kit.SettingsForm;
import dev.countermark.gateway.kit.TrustMaterial;
import dev.countermark.gateway.swift.view.ReleaseIndex;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Swift packages in the gateway. */
final class SwiftGateway implements GatewayFormat<ReleaseRecord, SwiftSettings> {
  private static final SwiftFormat FORMAT = new SwiftFormat();
  private static final String REGISTRIES = "registries.json";
  private static final Pattern SCOPE = Pattern.compile("[A-Za-z0-9-]{1,39}");
  private static final Pattern FOLDER = Pattern.compile("/[^\\p{Cntrl}]{0,1000}");
  private static final int MAX_SCOPES = 100;

  private final RepositoryAccess<SwiftSettings> access;
  private final ReleaseIndex index;
  private final SwiftSettingsForm form;

  SwiftGateway(RepositoryAccess<SwiftSettings> access, ReleaseIndex index, SwiftSettingsForm form) {
    this.form = form;
    this.access = access;
    this.index = index;
  }

  @Override
  public SwiftFormat format() {
    return FORMAT;
  }

  @Override
  public SettingsForm<SwiftSettings> settings() {
    return form;
  }

  @Override
  public RepositoryAccess<SwiftSettings> access() {
    return access;
  }

  @Override
  public Map<String, String> addresses(String base) {
    Map<String, String> addresses = new LinkedHashMap<>();
    addresses.put("swiftRegistry", base + "/{owner}/{repository}/swift");
    addresses.put("swiftRegistries", base + "/{owner}/{repository}/keys/swift/" + REGISTRIES);
    return addresses;
  }

  @Override
  public Inventory<ReleaseRecord, SwiftSettings> inventory() {
    return new Inventory<>() {
      @Override
      public long size(ReleaseRecord record) {
        return record.upload().size();
      }

      @Override
      public String packageOf(String name) {
        return name.substring(0, name.indexOf('/'));
      }
    };
  }

  /** {@code scope.name/version} or {@code scope/name/version}, as people write them. */
  @Override
  public Optional<String> statusKey(RepositoryName repository, String rest) {
    String[] parts = rest.split("/", -1);
    String[] id = parts[0].split("\\.", -1);
    Optional<Identity> identity =
        switch (parts.length) {
          case 2 ->
              id.length == 2 ? Identity.lower(id[0], id[1], parts[1]) : Optional.<Identity>empty();
          case 3 -> Identity.lower(parts[0], parts[1], parts[2]);
          default -> Optional.empty();
        };
    return identity.map(i -> SwiftKeys.release(repository, i));
  }

  /** Who was told that it is there finds it in the list, too. */
  @Override
  public void shown(ReleaseRecord record) {
    if (record.state() == State.AVAILABLE) {
      index.changed(record.repository(), record.identity());
    }
  }

  @Override
  public Map<String, Object> statusDetails(ReleaseRecord record) {
    Map<String, Object> details = new LinkedHashMap<>();
    details.put("id", record.scope() + "." + record.name());
    details.put("version", record.identity().version());
    record
        .signed()
        .ifPresent(
            signed -> {
              details.put("archives", signed.mode());
              details.put("checksum", signed.sha256());
              details.put("signedBy", signed.signer().by());
              details.put("notAfter", signed.signer().notAfter());
              if (!signed.warnings().isEmpty()) {
                details.put("warnings", signed.warnings());
              }
            });
    record.author().ifPresent(author -> details.put("author", author.signer()));
    return details;
  }

  /** Releases of a former version of this software are found by their sources, too. */
  @Override
  public void goOn() {
    index.sources().complete();
  }

  @Override
  public void changed(RepositoryName repository, String packageName) {
    Identity.parse(packageName).ifPresent(identity -> index.changed(repository, identity));
  }

  @Override
  public void damagedOrRight(String key) {
    Matcher matcher = SwiftKeys.RELEASE.matcher(key);
    if (matcher.matches()) {
      RepositoryName.parse(matcher.group(1))
          .ifPresent(repository -> changed(repository, matcher.group(2) + "/" + matcher.group(3)));
    }
  }

  @Override
  public void forget(RepositoryName repository) {
    index.forget(repository);
  }

  /** Clients remember the checksum and the manifests of what they resolved. */
  @Override
  public Optional<Breakage<ReleaseRecord>> breakage() {
    return Optional.of(
        new Breakage<>() {
          @Override
          public Optional<String> broken(ReleaseRecord record) {
            boolean ours =
                record.state() == State.AVAILABLE
                    // Releases that keep their author's signature stay as they are.
                    && record.signed().filter(s -> s.signer().by() == SignedBy.AUTHOR).isEmpty();
            return ours
                ? Optional.of(record.identity().id() + " " + record.identity().version())
                : Optional.empty();
          }

          @Override
          public String remedy() {
            return "Each of them must delete ~/.swiftpm/security/fingerprints/<scope>.<name>.json"
                + " and run swift package purge-cache.";
          }
        });
  }

  @Override
  public TrustMaterial<SwiftSettings> trust() {
    return new TrustMaterial<>() {
      @Override
      public List<String> files() {
        return List.of(REGISTRIES);
      }

      @Override
      public Optional<Document> document(String file, Asked<SwiftSettings> asked) {
        return file.equals(REGISTRIES)
            ? Optional.of(new Document(Document.JSON, Bytes.of(registries(asked))))
            : Optional.empty();
      }
    };
  }

  /**
   * {@code scope} parameters name the scopes that come from here, none for all; {@code roots} is
   * the folder that the client will find the root in.
   */
  private static byte[] registries(TrustMaterial.Asked<SwiftSettings> asked) {
    RepositoryName name = asked.repository();
    List<String> scopes = asked.parameters().getOrDefault("scope", List.of());
    String roots = asked.parameters().getFirst("roots");
    String folder =
        roots == null ? "/etc/swiftpm/" + name.toString().replace('/', '-') + "-roots" : roots;
    if (!FOLDER.matcher(folder).matches()) {
      throw new ProblemException(
          Kind.INVALID_VALUE, "roots is an absolute folder: clients know no other and no ~");
    }
    if (scopes.size() > MAX_SCOPES || !scopes.stream().allMatch(s -> SCOPE.matcher(s).matches())) {
      throw new ProblemException(
          Kind.INVALID_VALUE, "scope is the scope of packages; may be repeated");
    }
    return RegistriesJson.document(
        name,
        new SwiftAddresses(asked.base(), name),
        scopes,
        folder,
        !asked.settings().anonymousRead());
  }
}
