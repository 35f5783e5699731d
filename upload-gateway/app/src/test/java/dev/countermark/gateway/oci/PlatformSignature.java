package dev.countermark.gateway.oci;

import dev.countermark.blobs.BlobStore;
import dev.countermark.blobs.Records;
import dev.countermark.contracts.Bytes;
import dev.countermark.format.oci.OciKeys;
import dev.countermark.format.oci.OciRecords.ManifestRecord;
import dev.countermark.format.oci.OciRecords.SignatureFormat;
import dev.countermark.format.oci.OciRecords.SignaturePiece;
import dev.countermark.format.oci.OciRecords.Signatures;
import dev.countermark.format.oci.OciRecords.SignedBy;
import java.time.Instant;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;

/** What the signer leaves in a manifest's record: the layout of both forms, no true signature. */
final class PlatformSignature {
  static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  static final String BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";
  static final String SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";

  private PlatformSignature() {}

  /** A manifest behind a {@code .sig} tag with one layer per signature. */
  static byte[] cosignManifest(String configDigest, int configSize, String... layers) {
    return RegistryTestBase.utf8(
        "{\"schemaVersion\":2,\"mediaType\":\""
            + OCI_MANIFEST
            + "\",\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"size\":"
            + configSize
            + ",\"digest\":\""
            + configDigest
            + "\"},\"layers\":["
            + String.join(",", layers)
            + "]}");
  }

  static String cosignLayer(String payloadDigest, int size, String signature) {
    return "{\"mediaType\":\""
        + SIMPLE_SIGNING
        + "\",\"size\":"
        + size
        + ",\"digest\":\""
        + payloadDigest
        + "\",\"annotations\":{\"dev.cosignproject.cosign/signature\":\""
        + signature
        + "\"}}";
  }

  /** What a signature in the older form signs. */
  static byte[] payload(String reference, String digest) {
    return RegistryTestBase.utf8(
        "{\"critical\":{\"identity\":{\"docker-reference\":\""
            + reference
            + "\"},\"image\":{\"docker-manifest-digest\":\""
            + digest
            + "\"},\"type\":\"cosign container image signature\"},\"optional\":null}");
  }

  /** Pushes a user's attestation, as cosign 2 lays it out, and answers its digest. */
  static String attest(RegistryTestBase.Repository repository, String tag, String statement) {
    byte[] config = RegistryTestBase.utf8("{\"architecture\":\"\"}");
    byte[] envelope =
        RegistryTestBase.utf8(
            "{\"payloadType\":\"application/vnd.in-toto+json\",\"payload\":\""
                + Base64.getEncoder().encodeToString(RegistryTestBase.utf8(statement))
                + "\",\"signatures\":[{\"sig\":\"c2ln\"}]}");
    repository.pusher.upload(repository.name, config);
    repository.pusher.upload(repository.name, envelope);
    byte[] manifest =
        cosignManifest(
            sha256(config),
            config.length,
            "{\"mediaType\":\"application/vnd.dsse.envelope.v1+json\",\"size\":"
                + envelope.length
                + ",\"digest\":\""
                + sha256(envelope)
                + "\"}");
    repository.pusher.putManifest(repository.name, tag, OCI_MANIFEST, manifest).is(201);
    return sha256(manifest);
  }

  /** Makes the manifest look signed, as one compare-and-set of its record. */
  static Signatures sign(BlobStore store, String name, String digest) {
    String key = OciKeys.manifest(name, digest);
    return new Records(store)
        .update(key, ManifestRecord.class, old -> old.map(record -> record.signed(make(record))))
        .flatMap(ManifestRecord::signatures)
        .orElseThrow();
  }

  private static Signatures make(ManifestRecord subject) {
    byte[] payload = payload("registry.test/x", subject.digest());
    byte[] config =
        RegistryTestBase.utf8("{\"rootfs\":{\"diff_ids\":[\"" + sha256(payload) + "\"]}}");
    byte[] legacy =
        cosignManifest(
            sha256(config),
            config.length,
            cosignLayer(sha256(payload), payload.length, "cGxhdGZvcm0="));
    byte[] empty = RegistryTestBase.utf8("{}");
    byte[] bundle = bundle(subject.digest());
    byte[] referrer =
        RegistryTestBase.utf8(
            "{\"schemaVersion\":2,\"mediaType\":\""
                + OCI_MANIFEST
                + "\",\"config\":{\"mediaType\":\"application/vnd.oci.empty.v1+json\",\"size\":2,"
                + "\"digest\":\""
                + sha256(empty)
                + "\"},\"layers\":[{\"mediaType\":\""
                + BUNDLE
                + "\",\"size\":"
                + bundle.length
                + ",\"digest\":\""
                + sha256(bundle)
                + "\"}],\"annotations\":{\"made\":\"by the platform\"},\"subject\":{\"mediaType\":\""
                + subject.mediaType()
                + "\",\"size\":"
                + subject.content().length()
                + ",\"digest\":\""
                + subject.digest()
                + "\"},\"artifactType\":\""
                + BUNDLE
                + "\"}");
    return new Signatures(
        List.of(
            new SignedBy(
                1,
                "f".repeat(64),
                EnumSet.allOf(SignatureFormat.class),
                List.of("registry.test/x"),
                Instant.EPOCH)),
        Optional.of(sha256(legacy)),
        List.of(sha256(referrer)),
        List.of(
            piece("application/vnd.oci.image.config.v1+json", false, config),
            piece(SIMPLE_SIGNING, false, payload),
            piece(OCI_MANIFEST, true, legacy),
            piece("application/vnd.oci.empty.v1+json", false, empty),
            piece(BUNDLE, false, bundle),
            piece(OCI_MANIFEST, true, referrer)));
  }

  private static byte[] bundle(String digest) {
    String statement =
        "{\"subject\":[{\"digest\":{\"sha256\":\"" + digest.replace("sha256:", "") + "\"}}]}";
    return RegistryTestBase.utf8(
        "{\"mediaType\":\""
            + BUNDLE
            + "\",\"verificationMaterial\":{},\"dsseEnvelope\":{\"payload\":\""
            + Base64.getEncoder().encodeToString(RegistryTestBase.utf8(statement))
            + "\",\"payloadType\":\"application/vnd.in-toto+json\","
            + "\"signatures\":[{\"sig\":\"c2ln\"}]}}");
  }

  private static SignaturePiece piece(String mediaType, boolean manifest, byte[] content) {
    return new SignaturePiece(sha256(content), mediaType, manifest, Bytes.of(content));
  }

  static String sha256(byte[] content) {
    return Registry.digest("sha256", content);
  }
}
