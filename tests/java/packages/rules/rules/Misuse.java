package rules;

/** Native code that misuses JNI. */
public final class Misuse {
  public static String load(String library) {
    System.load(library);
    misuse();
    return "misused";
  }

  private static native void misuse();
}
