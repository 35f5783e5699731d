package dev.countermark.contracts;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys of the objects in the packages bucket that belong to no format. Those of a format are
 * spelled in one class beside it, and lie below {@link Format#root}.
 */
public final class ObjectKeys {
  public static final String REPOSITORIES = "repositories/";
  public static final String CONTENT = "content/sha256/";

  /** Everything that is known to be damaged. */
  public static final String QUARANTINE = "quarantine/";

  /** {@link WaitingNote}s of all repositories. */
  public static final String WAITING = "waiting/";

  /** Tokens that belong to no repository. */
  public static final String INSTALLATION_TOKENS = "installation-tokens/";

  /** What signers gave up. */
  public static final String DEAD_LETTERS = "dead-letters/";

  /** All campaigns of resyncs, ended ones included. */
  public static final String RESYNCS = "resyncs/";

  /** A mark for each campaign that has not ended. */
  public static final String OPEN_RESYNCS = "open-resyncs/";

  /** Events that receivers of webhooks do not have yet, of all repositories. */
  public static final String DELIVERIES = "webhook-deliveries/";

  /** No object: whoever wants to know whether the store answers asks for it. */
  public static final String PROBE = "probe";

  private static final Pattern SHA256_HEX = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern UPLOAD_ID = Pattern.compile("[0-9a-f-]{36}");

  private static final Pattern PART =
      Pattern.compile(CONTENT + "[0-9a-f]{2}/([0-9a-f]{64})/[0-9a-f-]{36}");

  private ObjectKeys() {}

  /**
   * One part of a blob: immutable, written once, under its own hash and the upload that brought it,
   * so that a failed upload can take back what it stored.
   *
   * @param sha256Hex 64 lower-case hexadecimal digits
   * @param upload id of the upload
   */
  public static String content(String sha256Hex, String upload) {
    if (!SHA256_HEX.matcher(sha256Hex).matches() || !UPLOAD_ID.matcher(upload).matches()) {
      throw new IllegalArgumentException("not the hexadecimal form of a SHA-256, or no upload id");
    }
    return contents(sha256Hex) + upload;
  }

  /**
   * All parts with the same bytes, whoever brought them.
   *
   * @param sha256Hex 64 lower-case hexadecimal digits
   */
  public static String contents(String sha256Hex) {
    return CONTENT + sha256Hex.substring(0, 2) + "/" + sha256Hex + "/";
  }

  /** The SHA-256 of a part, by its key; empty for any other key. */
  public static Optional<String> sha256Of(String key) {
    Matcher matcher = PART.matcher(key);
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** That the object of a key is damaged, or content that it names. */
  public static String quarantine(String key) {
    return QUARANTINE + key;
  }

  /** A {@link RepositoryRecord}. */
  public static String repository(RepositoryName repository) {
    return REPOSITORIES + repository.owner() + "/" + repository.name() + ".json";
  }

  /** Reads {@link #repository}; empty for any other key. */
  public static Optional<RepositoryName> repositoryOf(String key) {
    return key.startsWith(REPOSITORIES) && key.endsWith(".json")
        ? RepositoryName.parse(
            key.substring(REPOSITORIES.length(), key.length() - ".json".length()))
        : Optional.empty();
  }

  /** That a repository of that name was deleted. */
  public static String deletion(RepositoryName repository) {
    return "deletions/" + repository.owner() + "/" + repository.name() + ".json";
  }

  /** What had the identity of a package whose repository was deleted, by the key of its record. */
  public static String tombstone(String record) {
    return "tombstones/" + record;
  }

  /**
   * Which key of a repository consumers trust; stays when the repository is deleted, as its keys
   * do.
   *
   * @param format label
   */
  public static String knownKey(RepositoryName repository, String format) {
    return "known-keys/" + repository.owner() + "/" + repository.name() + "/" + format + ".json";
  }

  /** All tokens of one repository. */
  public static String tokens(RepositoryName repository) {
    return "tokens/" + repository.owner() + "/" + repository.name() + "/";
  }

  public static String token(RepositoryName repository, String id) {
    return tokens(repository) + id + ".json";
  }

  /** What was seen of everything that lies in one repository. */
  public static String listings(RepositoryName repository) {
    return "listings/" + repository.owner() + "/" + repository.name() + "/";
  }

  /**
   * Says which list of what lies in a repository is in force.
   *
   * @param format label
   */
  public static String listing(RepositoryName repository, String format) {
    return listings(repository) + format + ".json";
  }

  /** How far retention has come in one repository; no format has that label. */
  public static String retention(RepositoryName repository) {
    return listing(repository, "retention");
  }

  /** All pieces of lists of a format. */
  public static String listingPieces(RepositoryName repository, String format) {
    return listings(repository) + format + "/";
  }

  /**
   * A piece of a list: immutable.
   *
   * @param list its id
   * @param number from 0 on
   */
  public static String listingPiece(
      RepositoryName repository, String format, UUID list, int number) {
    return listingPieces(repository, format) + list + "/" + number;
  }

  public static String installationToken(String id) {
    return INSTALLATION_TOKENS + id + ".json";
  }

  /** The {@link WaitingNote}s of one repository. */
  public static String waiting(RepositoryName repository) {
    return WAITING + repository.owner() + "/" + repository.name() + "/";
  }

  /**
   * A {@link WaitingNote}.
   *
   * @param format label
   * @param recordKey key of the package's record; has a length of its own, so its hash stands here
   */
  public static String waiting(RepositoryName repository, String format, String recordKey) {
    return waiting(repository) + format + "/" + hashed(recordKey) + ".json";
  }

  /** What was taken from who was then not told so, in one repository. */
  public static String unanswered(RepositoryName repository) {
    return "unanswered/" + repository.owner() + "/" + repository.name() + "/";
  }

  /**
   * Who pushed a package and was told to try again, though it had been taken.
   *
   * @param format label
   * @param recordKey key of the package's record
   */
  public static String unanswered(RepositoryName repository, String format, String recordKey) {
    return unanswered(repository) + format + "/" + hashed(recordKey) + ".json";
  }

  /**
   * A dead letter.
   *
   * @param id checked, for it comes from strangers
   */
  public static String deadLetter(String id) {
    return DEAD_LETTERS + id + ".json";
  }

  /** What signers gave up, of one repository. */
  public static String failures(RepositoryName repository) {
    return "failures/" + repository.owner() + "/" + repository.name() + "/";
  }

  /**
   * That the signing of a package was given up.
   *
   * @param format label
   * @param recordKey key of the package's record
   */
  public static String failure(RepositoryName repository, String format, String recordKey) {
    return failures(repository) + format + "/" + hashed(recordKey) + ".json";
  }

  /**
   * A campaign of resyncs.
   *
   * @param campaign its id: checked, for it comes from strangers
   */
  public static String resync(String campaign) {
    return RESYNCS + campaign + ".json";
  }

  /** That a campaign has not ended. */
  public static String openResync(String campaign) {
    return OPEN_RESYNCS + campaign;
  }

  /** All packages of a campaign. */
  public static String resyncBatches(String campaign) {
    return "resync-batches/" + campaign + "/";
  }

  /**
   * Some packages of a campaign.
   *
   * @param number from 0 on
   */
  public static String resyncBatch(String campaign, int number) {
    return resyncBatches(campaign) + String.format("%08d", number) + ".json";
  }

  /** All webhooks of one repository. */
  public static String webhooks(RepositoryName repository) {
    return "webhooks/" + repository.owner() + "/" + repository.name() + "/";
  }

  /**
   * Where events of a repository are sent.
   *
   * @param id of the webhook
   */
  public static String webhook(RepositoryName repository, String id) {
    return webhooks(repository) + id + ".json";
  }

  /** How the webhooks of one repository are. */
  public static String webhookStates(RepositoryName repository) {
    return "webhook-states/" + repository.owner() + "/" + repository.name() + "/";
  }

  /** How a webhook is, and who is at it. */
  public static String webhookState(RepositoryName repository, String id) {
    return webhookStates(repository) + id + ".json";
  }

  /** Events that receivers of one repository do not have yet. */
  public static String deliveries(RepositoryName repository) {
    return DELIVERIES + repository.owner() + "/" + repository.name() + "/";
  }

  /** Those of one webhook, in the order of their names. */
  public static String deliveries(RepositoryName repository, String webhook) {
    return deliveries(repository) + webhook + "/";
  }

  private static String hashed(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
