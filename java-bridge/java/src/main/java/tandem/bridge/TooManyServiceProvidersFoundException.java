package tandem.bridge;

/** A package offers more than one serializer (H-JAVA-49). */
final class TooManyServiceProvidersFoundException extends RuntimeException {
  /** The name that the service reports: that of its own class, whose package a user's copy of the client may bring. */
  static final String NAME = "com.amazonaws.services.lambda.runtime.api.client.TooManyServiceProvidersFoundException";

  private static final long serialVersionUID = 1;

  TooManyServiceProvidersFoundException(String message) {
    super(message);
  }

  @Override
  public String toString() {
    return NAME + ": " + getMessage();
  }
}
