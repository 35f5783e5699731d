package dev.countermark.gateway.nuget;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Puts copies of a signed version into the store: other versions of it, or other ids. */
final class LargeFeed {
  private final BlobStore store;
  private final VersionRecord first;

  /**
   * @param first is signed
   */
  LargeFeed(BlobStore store, RepositoryName repository, Identity first) {
    this.store = store;
    this.first =
        new Records(store)
            .read(NugetKeys.version(repository, first), VersionRecord.class)
            .orElseThrow();
  }

  Identity add(String id, String version) {
    VersionRecord copy =
        new VersionRecord(
            first.generation(),
            first.repository(),
            new Identity(id.toLowerCase(Locale.ROOT), version),
            id,
            version,
            first.upload(),
            first.contentHash(),
            Bytes.of(Packages.nuspec(id, version, "").getBytes(StandardCharsets.UTF_8)),
            first.icon(),
            first.readme(),
            first.license(),
            first.acceptedAt(),
            first.pushSession(),
            true,
            first.state(),
            first.signed(),
            first.refusal(),
            first.policy());
    store.create(NugetKeys.version(first.repository(), copy.identity()), Json.write(copy));
    return copy.identity();
  }
}
