package dev.countermark.faults;

import dev.countermark.contracts.RepositoryName;
import java.util.ArrayList;
import java.util.List;

/** The repositories that are pushed to, each by way of every gateway. */
final class Tenants {
  private static final int REPOSITORIES_PER_FORMAT = 2;

  private final List<Tenant> all;

  /**
   * One repository.
   *
   * @param packages by gateway
   */
  record Tenant(
      FaultsFormat format, RepositoryName repository, List<Feed> feeds, List<Packages> packages) {
    Tenant {
      feeds = List.copyOf(feeds);
      packages = List.copyOf(packages);
    }

    /** By one of the gateways. */
    Packages by(int gateway) {
      return packages.get(Math.floorMod(gateway, packages.size()));
    }
  }

  private Tenants(List<Tenant> all) {
    this.all = List.copyOf(all);
  }

  static int count() {
    return FaultsFormat.all().size() * REPOSITORIES_PER_FORMAT;
  }

  /** Makes all repositories. */
  static Tenants make(Site site) {
    List<Tenant> all = new ArrayList<>();
    for (int number = 0; number < REPOSITORIES_PER_FORMAT; number++) {
      for (FaultsFormat format : FaultsFormat.all()) {
        String name = "faults/" + format.label() + "-" + number;
        List<Feed> feeds = site.repository(name, number, format.label(), format.settings(number));
        all.add(
            new Tenant(
                format,
                RepositoryName.parse(name).orElseThrow(),
                feeds,
                feeds.stream().map(format::packages).toList()));
      }
    }
    return new Tenants(all);
  }

  List<Tenant> all() {
    return all;
  }

  /** Where an upload goes. */
  Tenant of(int upload) {
    return all.get(upload % all.size());
  }

  /** How a violation names an upload. */
  String describe(int upload) {
    Tenant tenant = of(upload);
    return "upload %d (%s %s %s)"
        .formatted(upload, tenant.format().label(), tenant.repository(), tenant.by(0).name(upload));
  }
}
