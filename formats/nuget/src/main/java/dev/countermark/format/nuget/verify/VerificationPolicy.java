package dev.countermark.format.nuget.verify;

import java.net.URI;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Whom to trust, and as which client to judge. */
public final class VerificationPolicy {
  private final VerificationMode mode;
  private final Instant now;
  private final Set<X509Certificate> codeSigningRoots;
  private final Set<X509Certificate> timestampRoots;
  private final List<TrustedSigner> trustedSigners;
  private final Optional<SourceSignatures> source;
  private final Optional<URI> expectedServiceIndex;

  private VerificationPolicy(Builder builder) {
    this.mode = builder.mode;
    this.now = builder.now;
    this.codeSigningRoots = Set.copyOf(builder.codeSigningRoots);
    this.timestampRoots = Set.copyOf(builder.timestampRoots);
    this.trustedSigners = List.copyOf(builder.trustedSigners);
    this.source = Optional.ofNullable(builder.source);
    this.expectedServiceIndex = Optional.ofNullable(builder.expectedServiceIndex);
  }

  /**
   * A policy that trusts nobody yet.
   *
   * @param now the moment of the verification
   */
  public static Builder builder(VerificationMode mode, Instant now) {
    return new Builder(mode, now);
  }

  public VerificationMode mode() {
    return mode;
  }

  public Instant now() {
    return now;
  }

  public Set<X509Certificate> codeSigningRoots() {
    return codeSigningRoots;
  }

  public Set<X509Certificate> timestampRoots() {
    return timestampRoots;
  }

  public List<TrustedSigner> trustedSigners() {
    return trustedSigners;
  }

  public Optional<SourceSignatures> source() {
    return source;
  }

  public Optional<URI> expectedServiceIndex() {
    return expectedServiceIndex;
  }

  /** What is not said is not trusted, or not demanded. */
  public static final class Builder {
    private final VerificationMode mode;
    private final Instant now;
    private final Set<X509Certificate> codeSigningRoots = new LinkedHashSet<>();
    private final Set<X509Certificate> timestampRoots = new LinkedHashSet<>();
    private final List<TrustedSigner> trustedSigners = new ArrayList<>();
    private SourceSignatures source;
    private URI expectedServiceIndex;

    private Builder(VerificationMode mode, Instant now) {
      this.mode = Objects.requireNonNull(mode, "mode");
      this.now = Objects.requireNonNull(now, "now");
    }

    /** Roots of signers, as in {@code codesignctl.pem}. */
    public Builder codeSigningRoots(Collection<X509Certificate> roots) {
      codeSigningRoots.addAll(roots);
      return this;
    }

    /** Roots of timestamp authorities, as in {@code timestampctl.pem}. */
    public Builder timestampRoots(Collection<X509Certificate> roots) {
      timestampRoots.addAll(roots);
      return this;
    }

    public Builder trustedSigner(TrustedSigner signer) {
      trustedSigners.add(signer);
      return this;
    }

    /** Where the package is restored from; not used by {@link VerificationMode#VERIFY}. */
    public Builder source(SourceSignatures signatures) {
      source = signatures;
      return this;
    }

    /** The only repository whose signature will do; no client can be told so. */
    public Builder expectedServiceIndex(URI serviceIndex) {
      expectedServiceIndex = serviceIndex;
      return this;
    }

    public VerificationPolicy build() {
      return new VerificationPolicy(this);
    }
  }
}
