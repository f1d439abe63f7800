package soak;

/** A handler whose class cannot be initialised. */
public class BrokenInit {
  private static final int LENGTH = Integer.parseInt("no number");

  public int handle(int number) {
    return number + LENGTH;
  }
}
