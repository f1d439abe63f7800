package tandem;

/** What kind of failure a {@link TandemException} is. */
public enum Code {
  OK,
  /** What the caller gave is wrong. */
  INVALID_ARGUMENT,
  /** A named thing does not exist. */
  NOT_FOUND,
  /** Nothing on this machine, or in this process, can serve the function; or it has been closed. */
  UNAVAILABLE,
  /** A defect of Tandem or an exhausted resource. */
  INTERNAL;

  static Code of(int number) {
    return number >= 0 && number < values().length ? values()[number] : INTERNAL;
  }
}
