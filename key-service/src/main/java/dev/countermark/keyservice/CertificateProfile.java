package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.Purpose;
import java.time.Period;
import java.util.function.Supplier;

/**
 * What the certificates of a purpose are like.
 *
 * @param organization {@code O=} of all of them
 * @param role what the keys of repositories do, as their certificates' names say it
 * @param leafValidity of the certificates of repositories, at most
 * @param rootValidity of the own root
 * @param rootKey makes the key of the own root; may take seconds
 */
record CertificateProfile(
    Purpose purpose,
    String organization,
    String role,
    Period leafValidity,
    Period rootValidity,
    Supplier<SigningKey> rootKey) {}
