package dev.countermark.faults.nuget;

import com.fasterxml.jackson.databind.JsonNode;
import dev.countermark.faults.Answers;
import dev.countermark.faults.Feed;
import dev.countermark.faults.Packages;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.MalformedSignatureException;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.verify.PackageVerifier;
import dev.countermark.format.nuget.verify.VerificationMode;
import dev.countermark.format.nuget.verify.VerificationPolicy;
import dev.countermark.format.nuget.verify.VerificationReport;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.MalformedArchiveException;
import dev.countermark.testkit.nuget.NugetPackage;
import dev.countermark.testkit.nuget.NugetPush;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Versions of one package. */
final class NugetPackages implements Packages {
  private static final String ID = "Faults.Case";
  private static final String LOWER = "faults.case";
  private static final String VERSION = "1.0.";
  private static final String FILE = "package.nupkg";
  private static final String API_KEY = "X-NuGet-ApiKey";

  private final Feed feed;

  NugetPackages(Feed feed) {
    this.feed = feed;
  }

  private static NugetPackage nupkg(int number) {
    return NugetPackage.of(ID, VERSION + number, 70_000L + number);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(feed.gateway().resolve(feed.path(path)));
  }

  private HttpResponse<byte[]> read(String path) {
    return Answers.to(request(path).header(API_KEY, feed.pullToken()));
  }

  @Override
  public int push(int number) {
    return Answers.to(
            NugetPush.of(
                request("/nuget/v3/package/"),
                feed.pushToken(),
                feed.repository() + number,
                BodyPublishers.ofByteArray(nupkg(number).bytes())))
        .statusCode();
  }

  @Override
  public String name(int number) {
    return ID + "/" + VERSION + number;
  }

  @Override
  public List<String> digests(int number) {
    return List.of(nupkg(number).digest());
  }

  @Override
  public int signatures() {
    return 1;
  }

  @Override
  public Optional<Map<String, byte[]>> fetch(int number) {
    HttpResponse<byte[]> answer =
        read("/nuget/v3/flat/%1$s/%2$s/%1$s.%2$s.nupkg".formatted(LOWER, VERSION + number));
    return answer.statusCode() == 404
        ? Optional.empty()
        : Optional.of(Map.of(FILE, Answers.body(answer)));
  }

  @Override
  public Optional<Set<String>> verify(int number, Map<String, byte[]> files) {
    byte[] file = files.get(FILE);
    try {
      VerificationReport report =
          new PackageVerifier()
              .verify(
                  ByteSource.of(file),
                  VerificationPolicy.builder(VerificationMode.VERIFY, Instant.now())
                      .codeSigningRoots(List.of(root()))
                      .build());
      MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
      String pushed = Base64.getEncoder().encodeToString(sha512.digest(nupkg(number).bytes()));
      return report.accepted() && report.contentHash().equals(Optional.of(pushed))
          ? signature(file)
          : Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the feed's root cannot be read", e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading memory", e);
    }
  }

  private X509Certificate root() throws GeneralSecurityException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(
                new ByteArrayInputStream(Answers.body(read("/keys/nuget/root.der"))));
  }

  private static Optional<Set<String>> signature(byte[] file) throws IOException {
    try {
      PackageArchive archive = PackageArchive.read(ByteSource.of(file));
      byte[] p7s = archive.signatureBytes(archive.signature().orElseThrow());
      return PackageSignature.parse(p7s)
          .repositorySigner()
          .map(signer -> Set.of(Answers.sha256(signer.signatureValue())));
    } catch (MalformedArchiveException | MalformedSignatureException e) {
      return Optional.empty();
    }
  }

  @Override
  public Set<Integer> listed() {
    HttpResponse<byte[]> answer = read("/nuget/v3/flat/" + LOWER + "/index.json");
    Set<Integer> numbers = new TreeSet<>();
    if (answer.statusCode() != 404) {
      for (JsonNode version : Answers.json(answer).path("versions")) {
        numbers.add(Integer.parseInt(version.asText().substring(VERSION.length())));
      }
    }
    return numbers;
  }

  private HttpRequest.Builder change(int number) {
    return request("/nuget/v3/package/" + name(number)).header(API_KEY, feed.pushToken());
  }

  @Override
  public OptionalInt delete(int number) {
    return NugetFaults.deletes(feed.number())
        ? OptionalInt.of(Answers.to(change(number).DELETE()).statusCode())
        : OptionalInt.empty();
  }

  @Override
  public OptionalInt show(int number, boolean shown) {
    if (NugetFaults.deletes(feed.number())) {
      return OptionalInt.empty();
    }
    HttpRequest.Builder request = change(number);
    HttpRequest.Builder wanted = shown ? request.POST(BodyPublishers.noBody()) : request.DELETE();
    return OptionalInt.of(Answers.to(wanted).statusCode());
  }

  @Override
  public Optional<Boolean> isShown(JsonNode status) {
    return Optional.of(status.path("details").path("listed").asBoolean());
  }
}
