package dev.countermark.format.nuget.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.countermark.format.nuget.Vectors;
import dev.countermark.format.zip.ArchiveEntry;
import dev.countermark.format.zip.ByteSource;
import dev.countermark.format.zip.TestArchives;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The vectors of the nuget reference, section 1.7. */
class GoldenArchivesTest {
  private static final int VECTOR_DATE = 0x0021 << 16;
  private static final String MINI =
      "UEsDBBQAAAAAAAAAIQCbfQg6CgAAAAoAAAAIAAAAYS5udXNwZWM8cGFja2FnZS8+UEsDBBQAAAAAAAAAIQAgMDo2"
          + "BgAAAAYAAAAJAAAAbGliL3gudHh0aGVsbG8KUEsBAhQAFAAAAAAAAAAhAJt9CDoKAAAACgAAAAgAAAAAAAAA"
          + "AAAAAAAAAAAAAGEubnVzcGVjUEsBAhQAFAAAAAAAAAAhACAwOjYGAAAABgAAAAkAAAAAAAAAAAAAAAAAMAAA"
          + "AGxpYi94LnR4dFBLBQYAAAAAAgACAG0AAABdAAAAAAA=";
  private static final String MINI_SHA256 =
      "2d640925b4115cfc2c8e0b440ad6af43ced9938b35745246b3a95dbf5eb9ecbf";

  @Test
  void hashesTheUnsignedArchive() throws Exception {
    byte[] mini = Base64.getDecoder().decode(MINI);
    assertThat(mini).hasSize(224);
    assertThat(sha256(mini)).isEqualTo(MINI_SHA256);
    assertThat(hash(mini, "SHA-256")).isEqualTo(MINI_SHA256);
    assertThat(lockFileHash(mini))
        .isEqualTo(
            "V7/bjD7qu5wHLuTmAc29KPbqSjd0443yFkoevIclfu91Mo91WDf/gt9K2z9SyowWXycFUaKbAuQKRvpykWqKjw"
                + "==");
  }

  @Test
  void insertsWhereTheOfficialWriterInserts() throws Exception {
    byte[] mini = Base64.getDecoder().decode(MINI);
    byte[] signed = Archives.signed(mini, TestArchives.ascii("FAKE-P7S"), VECTOR_DATE);
    assertThat(signed).hasSize(336);
    assertThat(sha256(signed))
        .isEqualTo("c7ddf6c1e9cb781c496ff2a5aca2574529051762ef2940b43022b7df623cd80e");
    assertThat(hash(signed, "SHA-256")).isEqualTo(MINI_SHA256);
    assertThat(Archives.stripped(signed)).isEqualTo(mini);
  }

  @Test
  void findsTheHashWhereverTheSignatureStands() throws Exception {
    byte[] mini = Base64.getDecoder().decode(MINI);
    TestArchives first = new TestArchives();
    first.stored(".signature.p7s", TestArchives.ascii("FAKE-P7S")).dosDate = 0x0021;
    first.stored("a.nuspec", TestArchives.ascii("<package/>")).dosDate = 0x0021;
    first.stored("lib/x.txt", TestArchives.ascii("hello\n")).dosDate = 0x0021;
    byte[] signed = first.bytes();
    assertThat(sha256(signed))
        .isEqualTo("66be88b381257f36cb627d55930e47f0d07bcdf9e128ce56e542ac05140b8989");
    assertThat(hash(signed, "SHA-256")).isEqualTo(MINI_SHA256);
    assertThat(Archives.stripped(signed)).isEqualTo(mini);
  }

  @ParameterizedTest
  @CsvSource({
    "nuget.versioning.5.0.0.nupkg, 106990,"
        + " 056ef952b270f2be47c2506c4276cc8b0440f86af2fd0da6b0f7c96faf34e9ba, 88193,"
        + " 3f3d4fc2aef4fd68bf4cae781ebb5ec1e2e7cae40bf3c1c5f654fc3134b0b02a, 87529, 18693,"
        + " MLFLRQoZv6RGbaxxSHWOM+Ve2DvTVNbS9adF7YS+jPbjm0vNzmRie7/UX9/7UVTV0nZ8YjWg8uRPJh9R0BartQ==",
    "newtonsoft.json.13.0.4.nupkg, 2484726,"
        + " f09081d457405baf35a973fa0c50d6bf272ed683f2568c5a620a49da952f6529, 2457969,"
        + " 08d9f7dbb3c28805897cb45da95e21627fc739b49dafd0d580372a59fa9143f5, 2456202, 26653,"
        + " pdgNNMai3zv51W5aq268sujXUyx7SNdE2bj1wZcWjAQrKMFZV260lbqYop1d2GM67JI1huLRwxo9ZqnfF/lC6A=="
  })
  void agreesWithThePublishedPackages(
      String name,
      int size,
      String sha256,
      int strippedSize,
      String strippedSha256,
      long localHeader,
      int p7sSize,
      String lockFileHash)
      throws Exception {
    byte[] file = Vectors.nuget(name);
    assertThat(file).hasSize(size);
    assertThat(sha256(file)).isEqualTo(sha256);
    PackageArchive archive = PackageArchive.read(ByteSource.of(file));
    Preflight.check(archive);
    ArchiveEntry signature = archive.signature().orElseThrow();
    assertThat(signature.localOffset()).isEqualTo(localHeader);
    byte[] p7s = archive.signatureBytes(signature);
    assertThat(p7s).hasSize(p7sSize);
    byte[] stripped = Archives.stripped(file);
    assertThat(stripped).hasSize(strippedSize);
    assertThat(sha256(stripped)).isEqualTo(strippedSha256);
    assertThat(hash(file, "SHA-256")).isEqualTo(strippedSha256);
    assertThat(lockFileHash(file)).isEqualTo(lockFileHash);
    int dosDateTime = signature.dosDate() << 16 | signature.dosTime();
    assertThat(Archives.signed(stripped, p7s, dosDateTime)).isEqualTo(file);
    assertThat(Archives.signed(file, p7s, dosDateTime)).isEqualTo(file);
  }

  private static String lockFileHash(byte[] file) throws Exception {
    byte[] hash =
        PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance("SHA-512"));
    return Base64.getEncoder().encodeToString(hash);
  }

  private static String hash(byte[] file, String algorithm) throws Exception {
    return HexFormat.of()
        .formatHex(
            PackageArchive.read(ByteSource.of(file)).hash(MessageDigest.getInstance(algorithm)));
  }

  private static String sha256(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }
}
