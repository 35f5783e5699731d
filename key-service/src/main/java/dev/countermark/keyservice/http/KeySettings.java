package dev.countermark.keyservice.http;

import dev.countermark.contracts.KeyTerms;
import dev.countermark.contracts.KeyTerms.Algorithm;
import dev.countermark.contracts.KeyTerms.Certification;
import dev.countermark.contracts.KeyTerms.Revocation;
import dev.countermark.keys.KeyClient.Purpose;
import dev.countermark.keyservice.ImportedAuthority;
import dev.countermark.keyservice.KeyPolicy;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Puts together what formats say of their keys and what the operator has set. */
final class KeySettings {
  private static final String ANNOUNCED = "countermark.keyservice.announce-period.";
  private static final String AUTHORITY = "countermark.keyservice.ca.";

  private KeySettings() {}

  /**
   * @param terms of all purposes that there are
   * @throws IllegalArgumentException naming the setting that is wrong, is of no purpose, or does
   *     not apply to the keys of its purpose
   */
  static Map<Purpose, KeyPolicy> policies(
      Map<Purpose, KeyTerms> terms, KeyServiceConfig config, Instant now) {
    SortedMap<Purpose, KeyPolicy> policies = new TreeMap<>();
    terms.forEach((purpose, of) -> policies.put(purpose, policy(purpose, of, config, now)));
    requireKnown(ANNOUNCED, config.announcePeriod().keySet(), policies);
    requireKnown(AUTHORITY, config.ca().keySet(), policies);
    return policies;
  }

  private static void requireKnown(
      String prefix, Collection<String> labels, SortedMap<Purpose, KeyPolicy> known) {
    for (String label : labels) {
      if (known.keySet().stream().noneMatch(purpose -> purpose.label().equals(label))) {
        throw new IllegalArgumentException(
            prefix + label + ": no such purpose; there are " + known.keySet());
      }
    }
  }

  private static KeyPolicy policy(
      Purpose purpose, KeyTerms terms, KeyServiceConfig config, Instant now) {
    KeyTerms announced =
        naming(
            ANNOUNCED + purpose,
            () ->
                new KeyTerms(
                    terms.algorithm(),
                    config.announcePeriod().getOrDefault(purpose.label(), terms.announced()),
                    terms.certification()));
    KeyServiceConfig.Authority set = config.ca().get(purpose.label());
    if (set == null) {
      return KeyPolicy.of(announced);
    }
    return naming(
        AUTHORITY + purpose,
        () -> {
          requireApplicable(announced, set);
          return policy(announced, set, now);
        });
  }

  private static KeyPolicy policy(KeyTerms terms, KeyServiceConfig.Authority set, Instant now) {
    Optional<Certification> certification = terms.certification().map(of -> with(of, set));
    Optional<ImportedAuthority> imported =
        certification.flatMap(of -> AuthorityFiles.read(of.acceptance(), set, now));
    return new KeyPolicy(
        new KeyTerms(terms.algorithm(), terms.announced(), certification),
        set.keyBits().orElse(KeyPolicy.KEY_BITS),
        set.rootBits().orElse(KeyPolicy.ROOT_BITS),
        set.organization().orElse(KeyPolicy.ORGANIZATION),
        imported,
        set.ocspUrl().or(set::crlUrl));
  }

  private static Certification with(Certification of, KeyServiceConfig.Authority set) {
    return new Certification(
        of.names(),
        of.intermediate(),
        set.validity().orElse(of.validity()),
        set.renewBefore().orElse(of.renewBefore()),
        of.revocation(),
        of.acceptance());
  }

  private static void requireApplicable(KeyTerms terms, KeyServiceConfig.Authority set) {
    if (terms.algorithm() != Algorithm.RSA) {
      String why = "these keys are not RSA";
      requireAbsent("key-bits", set.keyBits().isPresent(), why);
      requireAbsent("root-bits", set.rootBits().isPresent(), why);
    }
    if (terms.certification().isEmpty()) {
      String why = "these keys have no certificates";
      requireAbsent("root-bits", set.rootBits().isPresent(), why);
      requireAbsent("organization", set.organization().isPresent(), why);
      requireAbsent("validity", set.validity().isPresent(), why);
      requireAbsent("renew-before", set.renewBefore().isPresent(), why);
      requireAbsent("key-file", set.keyFile().isPresent(), why);
      requireAbsent("certificates-file", set.certificatesFile().isPresent(), why);
      requireAbsent("pkcs12-file", set.pkcs12File().isPresent(), why);
      requireAbsent("pkcs12-password-file", set.pkcs12PasswordFile().isPresent(), why);
    }
    Revocation told = terms.certification().map(Certification::revocation).orElse(Revocation.NEVER);
    if (told != Revocation.RESPONDER) {
      requireAbsent("ocsp-url", set.ocspUrl().isPresent(), "its clients ask no responder");
    }
    if (told != Revocation.LIST) {
      requireAbsent("crl-url", set.crlUrl().isPresent(), "its clients fetch no lists");
    }
  }

  private static void requireAbsent(String setting, boolean present, String why) {
    if (present) {
      throw new IllegalArgumentException(setting + " does not apply: " + why);
    }
  }

  /** What is wrong is wrong with a setting: says with which. */
  static <T> T naming(String settings, Supplier<T> use) {
    try {
      return use.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(settings + ": " + e.getMessage(), e);
    }
  }
}
