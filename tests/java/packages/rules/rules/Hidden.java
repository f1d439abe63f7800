package rules;

/** A class that is not public. */
class Hidden {
  public Hidden() {}

  public String run() {
    return "wrong";
  }
}
