package dev.countermark.format.nuget.verify;

import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.nuget.archive.PackageArchive;
import dev.countermark.format.nuget.signature.PackageSignature;
import dev.countermark.format.nuget.signature.SignerView;
import dev.countermark.format.zip.ByteSource;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Those of the roots that come with the client that the golden packages need; they carry them.
 * Without golden packages there are none.
 */
public final class PublishedRoots {
  private static final List<String> PUBLISHED =
      List.of(
          "newtonsoft.json.13.0.4.nupkg",
          "nuget.versioning.5.0.0.nupkg",
          "TestPackage.AuthorSigned.1.0.0.nupkg");

  /** A package whose timestamp is by a public authority, and carries its root. */
  private static final String PUBLICLY_TIMESTAMPED = "TestSigned.leaf-1.1.0.0.nupkg.testdata";

  private PublishedRoots() {}

  /** Lets a policy trust them. */
  public static VerificationPolicy.Builder trusted(VerificationPolicy.Builder policy)
      throws Exception {
    for (String published : PUBLISHED) {
      Optional<PackageSignature> signature = signature(published);
      if (signature.isPresent()) {
        policy.codeSigningRoots(roots(signature.get().certificates()));
        policy.timestampRoots(timestampRoots(signature.get()));
      }
    }
    Optional<PackageSignature> timestamped = signature(PUBLICLY_TIMESTAMPED);
    return timestamped.isPresent()
        ? policy.timestampRoots(timestampRoots(timestamped.get()))
        : policy;
  }

  private static Optional<PackageSignature> signature(String name) throws Exception {
    Optional<byte[]> file = Vectors.find(name);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    PackageArchive archive = PackageArchive.read(ByteSource.of(file.get()));
    return Optional.of(
        PackageSignature.parse(archive.signatureBytes(archive.signature().orElseThrow())));
  }

  private static List<X509Certificate> timestampRoots(PackageSignature signature) throws Exception {
    List<SignerView> signers = new ArrayList<>(signature.countersigners());
    signers.add(signature.primary());
    List<X509Certificate> roots = new ArrayList<>();
    for (SignerView signer : signers) {
      for (byte[] token : signer.timestamps()) {
        roots.addAll(roots(TimestampToken.read(token).certificates()));
      }
    }
    return roots;
  }

  private static List<X509Certificate> roots(List<X509Certificate> certificates) {
    return certificates.stream()
        .filter(c -> c.getSubjectX500Principal().equals(c.getIssuerX500Principal()))
        .toList();
  }
}
