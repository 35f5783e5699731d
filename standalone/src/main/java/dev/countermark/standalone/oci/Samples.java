package dev.countermark.standalone.oci;

import dev.countermark.format.oci.Digest;
import dev.countermark.format.oci.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** Small images, made here: a layer with one file, a config, a manifest. */
final class Samples {
  private Samples() {}

  /** What was pushed, and what has to be signed because of it. */
  record Pushed(String name, String reference, List<Digest> signed) {}

  static Pushed image(Registry registry, String name, String tag) {
    byte[] manifest = pushContents(registry, name, "amd64");
    registry.pushManifest(name, tag, MediaTypes.OCI_MANIFEST, manifest);
    return new Pushed(name, tag, List.of(Digest.sha256(manifest)));
  }

  static Pushed index(Registry registry, String name, String tag) {
    List<Digest> signed = new ArrayList<>();
    List<String> children = new ArrayList<>();
    for (String architecture : List.of("amd64", "arm64")) {
      byte[] manifest = pushContents(registry, name, architecture);
      Digest digest = Digest.sha256(manifest);
      registry.pushManifest(name, digest.toString(), MediaTypes.OCI_MANIFEST, manifest);
      signed.add(digest);
      children.add(
          "{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d,\"platform\":{\"architecture\":\"%s\",\"os\":\"linux\"}}"
              .formatted(MediaTypes.OCI_MANIFEST, digest, manifest.length, architecture));
    }
    byte[] index =
        "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"manifests\":[%s]}"
            .formatted(MediaTypes.OCI_INDEX, String.join(",", children))
            .getBytes(StandardCharsets.UTF_8);
    registry.pushManifest(name, tag, MediaTypes.OCI_INDEX, index);
    signed.add(0, Digest.sha256(index));
    return new Pushed(name, tag, signed);
  }

  private static byte[] pushContents(Registry registry, String name, String architecture) {
    byte[] tar = tar("hello.txt", "Hello from Countermark on " + architecture + "\n");
    byte[] layer = gzip(tar);
    byte[] config =
        "{\"architecture\":\"%s\",\"os\":\"linux\",\"config\":{},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"%s\"]}}"
            .formatted(architecture, Digest.sha256(tar))
            .getBytes(StandardCharsets.UTF_8);
    registry.pushBlob(name, layer);
    registry.pushBlob(name, config);
    return "{\"schemaVersion\":2,\"mediaType\":\"%s\",\"config\":{\"mediaType\":\"%s\",\"digest\":\"%s\",\"size\":%d},\"layers\":[{\"mediaType\":\"application/vnd.oci.image.layer.v1.tar+gzip\",\"digest\":\"%s\",\"size\":%d}]}"
        .formatted(
            MediaTypes.OCI_MANIFEST,
            MediaTypes.OCI_CONFIG,
            Digest.sha256(config),
            config.length,
            Digest.sha256(layer),
            layer.length)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** One file in the ustar format (POSIX.1-1988): a header block, its content, two empty blocks. */
  private static byte[] tar(String file, String text) {
    byte[] content = text.getBytes(StandardCharsets.UTF_8);
    byte[] header = new byte[512];
    put(header, 0, file);
    put(header, 100, "0000644\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, "%011o\0".formatted(content.length));
    put(header, 136, "00000000000\0");
    put(header, 148, "        ");
    header[156] = '0';
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, "%06o\0 ".formatted(sum));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512 + 1024]);
    return out.toByteArray();
  }

  private static void put(byte[] block, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, block, at, bytes.length);
  }

  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(out)) {
      zip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
