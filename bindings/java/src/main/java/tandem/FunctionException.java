package tandem;

import java.util.List;

/** The function's own failure: of its handler, or of its init. The message has the type and the handler's message. */
public class FunctionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String errorType;
  private final String errorMessage;
  private final String[] errorStack;
  private final transient byte[] payload;

  FunctionException(String errorType, String errorMessage, List<String> errorStack, byte[] payload) {
    super(errorType.isEmpty() ? errorMessage : errorType + ": " + errorMessage);
    this.errorType = errorType;
    this.errorMessage = errorMessage;
    this.errorStack = errorStack.toArray(new String[0]);
    this.payload = payload;
  }

  /** The error's type in its language, such as {@code KeyError}; may be empty. */
  public String errorType() {
    return errorType;
  }

  /** What the handler says. */
  public String errorMessage() {
    return errorMessage;
  }

  /** The frames of the handler's stack trace, a line or more each. */
  public List<String> errorStack() {
    return List.of(errorStack);
  }

  /** The error as JSON, as the service answers it; null after serialization. */
  public byte[] payload() {
    return payload == null ? null : payload.clone();
  }
}
