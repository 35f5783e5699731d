package dev.countermark.gateway.kit;

/** What can go wrong with any request of any format; each has one status, whatever the words. */
public enum Trouble {
  /** More is under way than memory is set aside for. */
  BUSY(503, 5),
  /** Store, broker or key service do not answer. */
  UNAVAILABLE(503, 2),
  /** There is no room on the local disk to receive a package. */
  NO_ROOM(503, 30),
  /** A caller, or an address, asks too often; for how long is told with it. */
  TOO_MANY(429, 0),
  /** The address is no text. */
  ADDRESS(400, 0),
  /** The client broke off, or what it sent ends too early. */
  CUT_OFF(400, 0),
  /** The client sends fewer bytes a second than are due. */
  TOO_SLOW(408, 0),
  /** More bytes than this address takes. */
  TOO_LARGE(413, 0),
  /** No byte of the file is in the range that was asked for. */
  RANGE(416, 0),
  /** What is stored is not what was stored. */
  DAMAGED(500, 0),
  /** A bug; the log has it. */
  UNFORESEEN(500, 0);

  private final int status;
  private final int retryAfter;

  Trouble(int status, int retryAfter) {
    this.status = status;
    this.retryAfter = retryAfter;
  }

  public int status() {
    return status;
  }

  /** Seconds after which another try is worth it; 0 when none is. */
  public int retryAfter() {
    return retryAfter;
  }
}
