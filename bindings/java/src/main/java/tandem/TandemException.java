package tandem;

/** Why a call failed, where it was not the function that did: see {@link FunctionException} for that. */
public class TandemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Code code;

  TandemException(Code code, String message) {
    super(message);
    this.code = code;
  }

  /** What kind of failure it is. */
  public Code code() {
    return code;
  }
}
