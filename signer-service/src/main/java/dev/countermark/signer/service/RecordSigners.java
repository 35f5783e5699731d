package dev.countermark.signer.service;

import dev.countermark.blobs.Records;
import dev.countermark.contracts.Format;
import dev.countermark.contracts.Formats;
import dev.countermark.signing.FormatSigner;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.inject.Instance;
import java.time.Clock;
import java.util.List;

/** The signers of the formats that are part of this process, each made when it is asked for. */
final class RecordSigners {
  private final Instance<SignerFormat<?, ?>> formats;
  private final Records records;
  private final RepositorySettings repositories;
  private final MemoryBudget memory;
  private final Clock clock;

  RecordSigners(
      Instance<SignerFormat<?, ?>> formats,
      Records records,
      RepositorySettings repositories,
      MemoryBudget memory,
      Clock clock) {
    this.formats = formats;
    this.records = records;
    this.repositories = repositories;
    this.memory = memory;
    this.clock = clock;
  }

  /** Formats that could be signed here. */
  List<Format<?, ?>> known() {
    return Formats.all().stream().filter(f -> bean(f).isResolvable()).toList();
  }

  /** Only what is hosted is made: the others need no credential. */
  FormatSigner<PackageRequest, SignedArtifact> of(Format<?, ?> format) {
    RecordSigner<?, ?> signer =
        new RecordSigner<>(bean(format).get(), records, repositories, clock);
    return request -> memory.reading(() -> signer.sign(request));
  }

  private Instance<SignerFormat<?, ?>> bean(Format<?, ?> format) {
    return formats.select(Identifier.Literal.of(format.label()));
  }
}
