package rules;

/** A class of its own, as older VMs load all nested classes where one is asked for its outer class. */
public class MissingParent extends Absent {
  public String run() {
    return "wrong";
  }
}
