package pricing;

/** Fewer than one, a part of one, or too many. */
public class InvalidQuantityException extends InvalidOrderException {
  public InvalidQuantityException(String sku, int most) {
    super("the quantity of '" + sku + "' is not a whole number from 1 to " + most);
  }
}
