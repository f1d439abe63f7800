package tandem.bridge;

/** A package offers more than one serializer (H-JAVA-49). */
final class TooManyServiceProvidersFoundException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TooManyServiceProvidersFoundException(String message) {
    super(message);
  }
}
