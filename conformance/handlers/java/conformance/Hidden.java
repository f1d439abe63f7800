package conformance;

/** Not public, but its constructor is. */
class Hidden {
  public Hidden() {}

  public String handle(String event) {
    return event;
  }
}
