package dev.countermark.conformance.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.blobs.Records;
import dev.countermark.blobs.S3BlobStore;
import dev.countermark.conformance.PackagesBucket;
import dev.countermark.conformance.Platform;
import dev.countermark.contracts.ByteRun;
import dev.countermark.contracts.Json;
import dev.countermark.contracts.ObjectKeys;
import dev.countermark.contracts.Part;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.contracts.Upload;
import dev.countermark.format.nuget.NugetKeys;
import dev.countermark.format.nuget.NugetRecords.Identity;
import dev.countermark.format.nuget.NugetRecords.VersionRecord;
import dev.countermark.format.nuget.SignedFile;
import dev.countermark.testkit.nuget.NugetPackage;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Somebody who can write to the object store of a platform, but has none of its keys. */
final class Intruder implements AutoCloseable {
  private final S3BlobStore store;

  private Intruder(S3BlobStore store) {
    this.store = store;
  }

  /** Into the store of a platform that this run started; elsewhere the test is skipped. */
  static Intruder into(Platform platform) {
    return new Intruder(PackagesBucket.of(platform));
  }

  /** What the platform knows about a version. */
  VersionRecord record(NugetFeed feed, NugetPackage nupkg) {
    return new Records(store).read(key(feed, nupkg), VersionRecord.class).orElseThrow();
  }

  private static String key(NugetFeed feed, NugetPackage nupkg) {
    return NugetKeys.version(
        RepositoryName.parse(feed.repository().path()).orElseThrow(),
        new Identity(nupkg.id().toLowerCase(Locale.ROOT), nupkg.version()));
  }

  /** Changes one byte of what was pushed, and what the platform could tell it by. */
  void changeContent(NugetFeed feed, NugetPackage nupkg, int position) {
    Part part = record(feed, nupkg).upload().parts().get(0);
    byte[] content =
        store.get(ObjectKeys.content(part.sha256(), part.upload())).orElseThrow().content();
    content[position] ^= 1;
    Part changed = new Part(sha256(content), content.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(changed.sha256(), changed.upload()), content, content.length);
    Upload upload = new Upload(List.of(changed), content.length, changed.sha256());
    new Records(store)
        .update(
            key(feed, nupkg),
            JsonNode.class,
            found -> {
              ObjectNode record = found.orElseThrow().deepCopy();
              record.set("upload", Json.read(Json.write(upload), JsonNode.class));
              record.remove("checksum");
              return Optional.of(record);
            });
  }

  /** Lets the feed hand out other bytes as this version, said to be signed as it was. */
  void replace(NugetFeed feed, NugetPackage nupkg, byte[] file) {
    Part part = new Part(sha256(file), file.length, UUID.randomUUID().toString());
    store.put(ObjectKeys.content(part.sha256(), part.upload()), file, file.length);
    Upload upload = new Upload(List.of(part), file.length, part.sha256());
    SignedFile whole =
        new SignedFile(
            List.of(new ByteRun(0, file.length)),
            Optional.empty(),
            Optional.empty(),
            file.length,
            part.sha256());
    new Records(store)
        .update(
            key(feed, nupkg),
            JsonNode.class,
            found -> {
              ObjectNode record = found.orElseThrow().deepCopy();
              record.put("generation", record.path("generation").asLong() + 1);
              record.set("upload", Json.read(Json.write(upload), JsonNode.class));
              // Records of before have none: an intruder need not make one.
              record.remove("checksum");
              ((ObjectNode) record.path("signed"))
                  .set("file", Json.read(Json.write(whole), JsonNode.class));
              return Optional.of(record);
            });
  }

  private static String sha256(byte[] file) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
