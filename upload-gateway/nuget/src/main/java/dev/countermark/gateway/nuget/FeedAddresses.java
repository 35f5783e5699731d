package dev.countermark.gateway.nuget;

import dev.countermark.contracts.RepositoryName;

/** The addresses of one feed, absolute, for one scheme. */
final class FeedAddresses {
  private final String feed;
  private final String v3;
  private final boolean secure;

  /**
   * @param base scheme, host and port of the gateway
   */
  FeedAddresses(String base, RepositoryName repository) {
    String root = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    this.feed = root + "/" + repository;
    this.v3 = feed + "/nuget/v3/";
    this.secure = base.startsWith("https:");
  }

  /** Clients take some resources over https only. */
  boolean secure() {
    return secure;
  }

  String serviceIndex() {
    return v3 + "index.json";
  }

  String flat() {
    return v3 + "flat";
  }

  /**
   * @param hive {@code registration}, {@code registration-gz} or {@code registration-gz-semver2}
   */
  String registration(String hive) {
    return v3 + hive;
  }

  String search() {
    return v3 + "query";
  }

  String autocomplete() {
    return v3 + "autocomplete";
  }

  String publish() {
    return v3 + "package";
  }

  String symbols() {
    return v3 + "symbols";
  }

  String signatures(String version) {
    return v3 + "repository-signatures/" + version + "/index.json";
  }

  String certificate(String fingerprint) {
    return v3 + "repository-signatures/certificates/" + fingerprint + ".crt";
  }

  String status(String lowerId, String lowerVersion) {
    return feed + "/status/nuget/" + lowerId + "/" + lowerVersion;
  }
}
