package dev.countermark.ctl.nuget;

import java.util.Locale;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A certificate that is meant, as tools and people write it.
 *
 * @param hex SHA-256 over the DER form, upper case
 */
record CertificateFingerprint(String hex) {
  private static final Pattern SHA256 = Pattern.compile("[0-9A-F]{64}");

  /** Reads hexadecimal of either case, with colons or without. */
  static final class Converter implements ITypeConverter<CertificateFingerprint> {
    @Override
    public CertificateFingerprint convert(String text) {
      String hex = text.replace(":", "").toUpperCase(Locale.ROOT);
      if (!SHA256.matcher(hex).matches()) {
        throw new TypeConversionException(
            "'" + text + "' is no SHA-256 fingerprint: it has 64 hexadecimal digits");
      }
      return new CertificateFingerprint(hex);
    }
  }
}
