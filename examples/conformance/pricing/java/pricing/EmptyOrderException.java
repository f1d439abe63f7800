package pricing;

/** An order of nothing. */
public class EmptyOrderException extends InvalidOrderException {
  public EmptyOrderException(String orderId) {
    super("order '" + orderId + "' has no items");
  }
}
