package dev.countermark.gateway.kit;

import dev.countermark.contracts.Format;
import dev.countermark.contracts.PackageRecord;
import dev.countermark.contracts.RepositoryName;
import dev.countermark.keys.KeyClient.PublicKeyVersion;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How a format hangs into the gateway, beside the resources that speak its protocol. A bean of the
 * format's module; the gateway finds it by being there.
 *
 * @param <R> its package records
 * @param <S> its settings of a repository
 */
public interface GatewayFormat<R extends PackageRecord<R>, S> {
  Format<R, S> format();

  /** Its settings in the management API; unless said otherwise, taken and shown as they are. */
  default SettingsForm<S> settings() {
    return SettingsForm.plain(format().settings());
  }

  /** Header in which its clients send a token, if they do; besides {@code Authorization}. */
  default Optional<String> tokenHeader() {
    return Optional.empty();
  }

  /** Who may read what the status tells: the same who may read packages. */
  RepositoryAccess<S> access();

  /** Addresses for people, with placeholders; shown by {@code GET /}. */
  default Map<String, String> addresses(String base) {
    return Map.of();
  }

  /** What consumers need to verify, below {@code /{owner}/{name}/keys/{label}/}. */
  default TrustMaterial<S> trust() {
    return new TrustMaterial<>() {};
  }

  /** What lists of its packages say. */
  default Inventory<R, S> inventory() {
    return new Inventory<>() {};
  }

  /** Whether what a record holds inline has the digests that it says. */
  default boolean isRight(R record) {
    return true;
  }

  /** Keys of what a package needs besides the content that its record names. */
  default Stream<String> needs(R record) {
    return Stream.empty();
  }

  /** Content that is named elsewhere than in package records. */
  default Marks marks() {
    return Marks.NONE;
  }

  /**
   * The record that a status address means.
   *
   * @param rest what follows {@code /{owner}/{name}/status/{label}/}
   * @return its key; empty when that is no package
   */
  Optional<String> statusKey(RepositoryName repository, String rest);

  /**
   * Whether somebody who may read is told of a package at all; whoever is not hears what he would
   * hear if there were none.
   */
  default boolean mayBeTold(RepositoryAccess.Granted<S> caller, R record) {
    return true;
  }

  /** What the status tells besides what it tells of every package; JSON. */
  default Map<String, Object> statusDetails(R record) {
    return Map.of();
  }

  /** Called before the status tells of a package: what it names must be found. */
  default void shown(R record) {}

  /** A package was signed, refused, or is listed in another way: views look again. */
  default void changed(RepositoryName repository, String packageName) {}

  /**
   * An object, or what it names, was found damaged, or is right again: views look again.
   *
   * @param key of any object below the format's root
   */
  default void damagedOrRight(String key) {}

  /** A repository was deleted, or was made again by another gateway. */
  default void forget(RepositoryName repository) {}

  /** Goes on with what was begun and not ended, as after a crash; called from time to time. */
  default void goOn() {}

  /**
   * Whether a resync in {@code ensure} leaves a signed package as it is, as signers would find.
   *
   * @param settings of its repository
   * @param current key of its repository
   * @return empty when its record and these alone do not tell
   */
  default Optional<Boolean> isInOrder(R record, S settings, PublicKeyVersion current) {
    return Optional.empty();
  }

  /** What {@code resign-all} does to clients; empty when they remember nothing. */
  default Optional<Breakage<R>> breakage() {
    return Optional.empty();
  }

  /** What clients remember of packages, and what they must do when it changes. */
  interface Breakage<R> {
    /** The package for people; empty when signing it anew changes nothing that is remembered. */
    Optional<String> broken(R record);

    /** What whoever has it must do; a sentence. */
    String remedy();
  }
}
