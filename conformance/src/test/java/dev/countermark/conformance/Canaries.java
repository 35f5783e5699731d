package dev.countermark.conformance;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Secrets that are looked for where none may be, in every spelling in which one may get there. */
final class Canaries {
  /** Shorter ones would be found where nobody wrote them. */
  private static final int SHORTEST = 16;

  private final Map<String, List<String>> spellings = new LinkedHashMap<>();

  /**
   * @param name for people
   */
  void plant(String name, String secret) {
    if (secret.length() < SHORTEST) {
      throw new IllegalArgumentException(name + " is too short to be looked for");
    }
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of(secret, Platform.encoded(secret)));
    all.add(HexFormat.of().formatHex(bytes));
    for (int before = 0; before < 3; before++) {
      String base64 = within(before, bytes);
      all.add(base64);
      all.add(base64.replace('+', '-').replace('/', '_'));
    }
    spellings.put(name, all.stream().distinct().toList());
  }

  /** What is always the same of the Base64 of a text that the secret is in. */
  private static String within(int before, byte[] secret) {
    byte[] text = new byte[before + secret.length];
    System.arraycopy(secret, 0, text, before, secret.length);
    String base64 = Base64.getEncoder().withoutPadding().encodeToString(text);
    // Six bits a letter: those that are partly another's are left out at both ends.
    return base64.substring((before * 8 + 5) / 6, text.length * 8 / 6);
  }

  /** Which secrets are there. */
  List<String> in(byte[] place) {
    // One letter a byte, whatever it is.
    String text = new String(place, StandardCharsets.ISO_8859_1);
    return spellings.entrySet().stream()
        .filter(secret -> secret.getValue().stream().anyMatch(text::contains))
        .map(Map.Entry::getKey)
        .toList();
  }

  int count() {
    return spellings.size();
  }
}
