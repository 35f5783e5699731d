package dev.countermark.testkit.oci;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.countermark.contracts.Bytes;
import dev.countermark.contracts.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * An image or an index with everything it refers to. Equal seeds give equal bytes, so equal
 * digests.
 *
 * @param blobs by digest, in the order in which a client pushes them
 * @param children manifests of an index, in order; empty for an image
 */
public record SampleImage(Manifest manifest, Map<String, Bytes> blobs, List<SampleImage> children) {
  public static final String OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
  public static final String OCI_INDEX = "application/vnd.oci.image.index.v1+json";
  public static final String DOCKER_MANIFEST =
      "application/vnd.docker.distribution.manifest.v2+json";
  public static final String DOCKER_LIST =
      "application/vnd.docker.distribution.manifest.list.v2+json";
  public static final String OCI_CONFIG = "application/vnd.oci.image.config.v1+json";
  private static final String DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json";
  private static final String OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip";
  private static final String DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  public String digest() {
    return manifest.digest();
  }

  /** A one-layer OCI image for linux/amd64. */
  public static SampleImage oci(long seed) {
    return image(seed, "amd64", 1, 64, false);
  }

  /** A one-layer Docker schema 2 image for linux/amd64. */
  public static SampleImage docker(long seed) {
    return image(seed, "amd64", 1, 64, true);
  }

  /**
   * @param layerBytes size of the one file in each layer, in bytes; random, so it does not compress
   */
  public static SampleImage oci(long seed, int layers, int layerBytes) {
    return image(seed, "amd64", layers, layerBytes, false);
  }

  /** An OCI index of two images, linux/amd64 and linux/arm64. */
  public static SampleImage ociIndex(long seed) {
    return index(OCI_INDEX, seed, false);
  }

  /** A Docker manifest list of two images, linux/amd64 and linux/arm64. */
  public static SampleImage dockerList(long seed) {
    return index(DOCKER_LIST, seed, true);
  }

  /** Another image over the same blobs: only an annotation differs. OCI images only. */
  public SampleImage annotated(String key, String value) {
    ObjectNode json = (ObjectNode) manifest.json();
    json.putObject("annotations").put(key, value);
    return new SampleImage(
        new Manifest(manifest.mediaType(), Bytes.of(Json.write(json))), blobs, children);
  }

  private static SampleImage index(String mediaType, long seed, boolean docker) {
    List<String> architectures = List.of("amd64", "arm64");
    List<SampleImage> children =
        architectures.stream().map(a -> image(seed, a, 1, 64, docker)).toList();
    ObjectNode index = NODES.objectNode().put("schemaVersion", 2).put("mediaType", mediaType);
    ArrayNode manifests = index.putArray("manifests");
    for (int i = 0; i < children.size(); i++) {
      Manifest child = children.get(i).manifest();
      ObjectNode entry = descriptor(child.mediaType(), child.digest(), child.content().length());
      entry.putObject("platform").put("architecture", architectures.get(i)).put("os", "linux");
      manifests.add(entry);
    }
    return new SampleImage(
        new Manifest(mediaType, Bytes.of(Json.write(index))), Map.of(), children);
  }

  private static SampleImage image(
      long seed, String architecture, int layers, int layerBytes, boolean docker) {
    Random random = new Random(seed * 31 + architecture.hashCode());
    Map<String, Bytes> blobs = new LinkedHashMap<>();
    ObjectNode config = NODES.objectNode().put("architecture", architecture).put("os", "linux");
    config.putObject("config");
    ArrayNode diffIds = config.putObject("rootfs").put("type", "layers").putArray("diff_ids");
    ArrayNode entries = NODES.arrayNode();
    for (int i = 0; i < layers; i++) {
      byte[] content = new byte[layerBytes];
      random.nextBytes(content);
      byte[] tar = tar("sample-" + i, content);
      byte[] layer = gzip(tar);
      diffIds.add(Digests.sha256(tar));
      blobs.put(Digests.sha256(layer), Bytes.of(layer));
      entries.add(
          descriptor(docker ? DOCKER_LAYER : OCI_LAYER, Digests.sha256(layer), layer.length));
    }
    byte[] configBytes = Json.write(config);
    blobs.put(Digests.sha256(configBytes), Bytes.of(configBytes));
    String mediaType = docker ? DOCKER_MANIFEST : OCI_MANIFEST;
    ObjectNode manifest = NODES.objectNode().put("schemaVersion", 2).put("mediaType", mediaType);
    manifest.set(
        "config",
        descriptor(
            docker ? DOCKER_CONFIG : OCI_CONFIG, Digests.sha256(configBytes), configBytes.length));
    manifest.set("layers", entries);
    return new SampleImage(
        new Manifest(mediaType, Bytes.of(Json.write(manifest))), blobs, List.of());
  }

  /** A descriptor of the image specification. */
  public static ObjectNode descriptor(String mediaType, String digest, int size) {
    return NODES.objectNode().put("mediaType", mediaType).put("digest", digest).put("size", size);
  }

  /** Writes an OCI image layout, as {@code skopeo copy oci:DIR:TAG} and others read it. */
  public void writeLayout(Path directory, String tag) {
    try {
      Path blobDirectory = Files.createDirectories(directory.resolve("blobs").resolve("sha256"));
      writeBlobs(blobDirectory);
      Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
      ObjectNode index = NODES.objectNode().put("schemaVersion", 2).put("mediaType", OCI_INDEX);
      ObjectNode entry =
          descriptor(manifest.mediaType(), manifest.digest(), manifest.content().length());
      entry.putObject("annotations").put("org.opencontainers.image.ref.name", tag);
      index.putArray("manifests").add(entry);
      Files.write(directory.resolve("index.json"), Json.write(index));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeBlobs(Path directory) throws IOException {
    Files.write(directory.resolve(hex(manifest.digest())), manifest.content().toArray());
    for (Map.Entry<String, Bytes> blob : blobs.entrySet()) {
      Files.write(directory.resolve(hex(blob.getKey())), blob.getValue().toArray());
    }
    for (SampleImage child : children) {
      child.writeBlobs(directory);
    }
  }

  /** Writes the directory that {@code skopeo copy dir:DIR} reads, whatever the media types. */
  public void writeDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
      Files.writeString(directory.resolve("version"), "Directory Transport Version: 1.1\n");
      Files.write(directory.resolve("manifest.json"), manifest.content().toArray());
      writeDirectoryBlobs(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeDirectoryBlobs(Path directory) throws IOException {
    for (Map.Entry<String, Bytes> blob : blobs.entrySet()) {
      Files.write(directory.resolve(hex(blob.getKey())), blob.getValue().toArray());
    }
    for (SampleImage child : children) {
      Files.write(
          directory.resolve(hex(child.digest()) + ".manifest.json"),
          child.manifest().content().toArray());
      child.writeDirectoryBlobs(directory);
    }
  }

  private static String hex(String digest) {
    return digest.substring(digest.indexOf(':') + 1);
  }

  /** A tar archive (ustar) of one file, as {@code docker import} and image layers want it. */
  public static byte[] tar(String name, byte[] content) {
    byte[] header = new byte[512];
    put(header, 0, name);
    put(header, 100, "0000644\0");
    put(header, 108, "0000000\0");
    put(header, 116, "0000000\0");
    put(header, 124, String.format("%011o\0", content.length));
    put(header, 136, String.format("%011o\0", 0));
    put(header, 148, "        ");
    header[156] = '0';
    put(header, 257, "ustar\00000");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, String.format("%06o\0 ", sum));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    out.writeBytes(content);
    out.writeBytes(new byte[(512 - content.length % 512) % 512 + 1024]);
    return out.toByteArray();
  }

  private static void put(byte[] header, int at, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(bytes, 0, header, at, bytes.length);
  }

  /** Like {@code GZIPOutputStream}, but with the same header on every JDK, so the same digest. */
  private static byte[] gzip(byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff});
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(out, new Deflater(Deflater.NO_COMPRESSION, true))) {
      deflater.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    CRC32 crc = new CRC32();
    crc.update(content);
    writeLittleEndian(out, crc.getValue());
    writeLittleEndian(out, content.length);
    return out.toByteArray();
  }

  private static void writeLittleEndian(ByteArrayOutputStream out, long value) {
    for (int shift = 0; shift < 32; shift += 8) {
      out.write((int) (value >>> shift) & 0xff);
    }
  }
}
