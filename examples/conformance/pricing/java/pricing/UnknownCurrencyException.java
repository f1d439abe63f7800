package pricing;

/** A currency that nothing is sold in. */
public class UnknownCurrencyException extends InvalidOrderException {
  public UnknownCurrencyException(String currency) {
    super("unknown currency '" + currency + "'");
  }
}
