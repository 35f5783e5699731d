package dev.countermark.faults.swift;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.faults.Answers;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;
import dev.countermark.format.swift.manifest.MalformedManifestSignatureException;
import dev.countermark.format.swift.manifest.ManifestSignature;
import dev.countermark.format.swift.signature.CmsSignature;
import dev.countermark.format.swift.signature.ContentHash;
import dev.countermark.format.swift.signature.MalformedSignatureException;
import dev.countermark.format.swift.verify.CertificatePolicy;
import dev.countermark.format.swift.verify.ReleaseVerifier;
import dev.countermark.format.swift.verify.VerificationReport;
import dev.countermark.testkit.swift.SwiftPackage;
import dev.countermark.testkit.swift.SwiftPublication;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Releases of one package: an archive, its signature, and two manifests. */
final class SwiftPackages implements Packages {
  private static final String NAME = "Case";
  private static final String VERSION = "1.0.";
  private static final String ARCHIVE = "source-archive.zip";
  private static final String SIGNATURE = "source-archive.sig";
  private static final String MEDIA_TYPE = "application/vnd.swift.registry.v1+";

  private final Feed feed;

  SwiftPackages(Feed feed) {
    this.feed = feed;
  }

  private static SwiftPackage pkg(int number) {
    return SwiftPackage.of(NAME, VERSION + number);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(feed.gateway().resolve(feed.path(path)));
  }

  private HttpResponse<byte[]> read(String path, String kind) {
    return Answers.to(
        request("/swift/" + path)
            .header("Accept", MEDIA_TYPE + kind)
            .header("Authorization", "Bearer " + feed.pullToken()));
  }

  @Override
  public int push(int number) {
    SwiftPackage pkg = pkg(number);
    return Answers.to(
            SwiftPublication.of(pkg).in(request("/swift/" + pkg.path()), feed.pushToken()))
        .statusCode();
  }

  @Override
  public String name(int number) {
    return pkg(number).id() + "/" + VERSION + number;
  }

  @Override
  public List<String> digests(int number) {
    return List.of("sha256:" + Answers.sha256(pkg(number).archive()));
  }

  /** Of the archive and of two manifests. */
  @Override
  public int signatures() {
    return 3;
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    String path = pkg(number).path();
    HttpResponse<byte[]> release = read(path, "json");
    if (release.statusCode() == 404) {
      return Optional.empty();
    }
    JsonNode signing = Answers.json(release).path("resources").path(0).path("signing");
    Map<String, byte[]> files = new HashMap<>();
    files.put(ARCHIVE, Answers.body(read(path + ".zip", "zip")));
    files.put(
        SIGNATURE, Base64.getDecoder().decode(signing.path("signatureBase64Encoded").asText()));
    files.put(SwiftPackage.MANIFEST, Answers.body(read(path + "/Package.swift", "swift")));
    files.put(
        SwiftPackage.MANIFEST_5_9,
        Answers.body(read(path + "/Package.swift?swift-version=5.9.0", "swift")));
    return Optional.of(files);
  }

  @Override
  public Optional<Set<String>> verify(int number, Map<String, byte[]> files) {
    Map<String, byte[]> manifests = new HashMap<>(files);
    manifests.keySet().retainAll(Set.of(SwiftPackage.MANIFEST, SwiftPackage.MANIFEST_5_9));
    try {
      VerificationReport report =
          new ReleaseVerifier(CertificatePolicy.at(Instant.now(), List.of(root())))
              .release(
                  ContentHash.of(files.get(ARCHIVE)), Optional.of(files.get(SIGNATURE)), manifests);
      return report.accepted() && isPushed(pkg(number), files)
          ? Optional.of(signatures(files.get(SIGNATURE), manifests))
          : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading memory", e);
    } catch (MalformedManifestSignatureException | MalformedSignatureException e) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the registry's root cannot be read", e);
    }
  }

  private X509Certificate root() throws GeneralSecurityException {
    byte[] root =
        Answers.body(feed.reader().send("GET", feed.path("/keys/swift/root.cer"), null, Map.of()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(root));
  }

  private static Set<String> signatures(byte[] archive, Map<String, byte[]> manifests)
      throws MalformedManifestSignatureException, MalformedSignatureException {
    Set<String> signatures = new HashSet<>();
    signatures.add(signature(archive));
    for (byte[] manifest : manifests.values()) {
      signatures.add(signature(ManifestSignature.find(manifest).orElseThrow().cms()));
    }
    return signatures;
  }

  private static String signature(byte[] cms) throws MalformedSignatureException {
    return Answers.sha256(CmsSignature.parse(cms).signatureValue());
  }

  /**
   * Whether every file is as it was pushed, but for the signatures of manifests; and where archives
   * are not touched, every byte.
   */
  private boolean isPushed(SwiftPackage pkg, Map<String, byte[]> files)
      throws IOException, MalformedManifestSignatureException {
    for (String manifest : List.of(SwiftPackage.MANIFEST, SwiftPackage.MANIFEST_5_9)) {
      if (!Arrays.equals(ManifestSignature.strip(files.get(manifest)), pkg.file(manifest))) {
        return false;
      }
    }
    byte[] archive = files.get(ARCHIVE);
    return SwiftFaults.embeds(feed.number())
        ? hasFilesOf(pkg, archive)
        : Arrays.equals(archive, pkg.archive());
  }

  private static boolean hasFilesOf(SwiftPackage pkg, byte[] archive)
      throws IOException, MalformedManifestSignatureException {
    int found = 0;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          String file = entry.getName().substring(entry.getName().indexOf('/') + 1);
          byte[] content = zip.readAllBytes();
          boolean manifest = file.startsWith("Package");
          byte[] original = manifest ? ManifestSignature.strip(content) : content;
          if (!pkg.files().containsKey(file) || !Arrays.equals(original, pkg.file(file))) {
            return false;
          }
          found++;
        }
      }
    }
    return found == pkg.files().size();
  }

  @Override
  public Set<Integer> listed() {
    HttpResponse<byte[]> answer = read(pkg(0).scope() + "/" + NAME, "json");
    Set<Integer> numbers = new TreeSet<>();
    if (answer.statusCode() != 404) {
      Answers.json(answer)
          .path("releases")
          .fieldNames()
          .forEachRemaining(v -> numbers.add(Integer.parseInt(v.substring(VERSION.length()))));
    }
    return numbers;
  }
}
