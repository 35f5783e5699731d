package dev.countermark.keyservice;

import dev.countermark.keys.KeyClient.Purpose;
import java.time.Period;
import java.util.function.Supplier;

/**
 * What the certificates of a purpose are like.
 *
 * @param organization {@code O=} of all of them
 * @param authority what the authority is called in the names of its certificates
 * @param role what the keys of repositories do, as their certificates' names say it
 * @param leafValidity of the certificates of repositories, at most
 * @param rootValidity of the own root
 * @param key makes keys of the own authority; may take seconds
 * @param intermediate whether repositories are certified by an intermediate, which alone the own
 *     root certifies
 * @param namesOwner whether certificates of repositories name the owner, as {@code OU=}
 */
record CertificateProfile(
    Purpose purpose,
    String organization,
    String authority,
    String role,
    Period leafValidity,
    Period rootValidity,
    Supplier<SigningKey> key,
    boolean intermediate,
    boolean namesOwner) {}
