package dev.countermark.contracts;

import java.util.Locale;

/** The kinds of packages, with how events speak of them. */
public enum PackageFormat {
  OCI {
    @Override
    public String key(RepositoryName repository, String name, String digest) {
      return Events.ociKey(name, digest);
    }

    @Override
    public String purl(RepositoryName repository, String name, String digest) {
      return Events.ociPurl(name, digest);
    }
  },
  NUGET {
    @Override
    public String key(RepositoryName repository, String name, String digest) {
      return Events.nugetKey(repository, name);
    }

    @Override
    public String purl(RepositoryName repository, String name, String digest) {
      return Events.nugetPurl(repository, name);
    }
  },
  SWIFT {
    @Override
    public String key(RepositoryName repository, String name, String digest) {
      return Events.swiftKey(repository, name);
    }

    @Override
    public String purl(RepositoryName repository, String name, String digest) {
      return Events.swiftPurl(repository, name);
    }
  };

  /** As in topics, addresses and metrics: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Where uploads are announced. */
  public String uploads() {
    return "countermark.uploads." + label();
  }

  /** Where resyncs are requested. */
  public String resyncs() {
    return "countermark.resyncs." + label();
  }

  /** Kafka key of events about a package: its order is kept. */
  public abstract String key(RepositoryName repository, String name, String digest);

  /** Package URL of a package. */
  public abstract String purl(RepositoryName repository, String name, String digest);
}
