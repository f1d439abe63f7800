package tandem.bridge;

/** One line of advice on a failure, for the function's owner. */
final class Hint {
  final String text;

  /** The oldest JDK that would do, which the native half completes the text by; 0: no other one is needed. */
  final int neededJdk;

  Hint(String text) {
    this(text, 0);
  }

  Hint(String text, int neededJdk) {
    this.text = text;
    this.neededJdk = neededJdk;
  }
}
