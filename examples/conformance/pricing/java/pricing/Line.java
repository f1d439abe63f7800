package pricing;

import java.math.BigDecimal;
import java.util.Map;

/** One article of an order: how many, and what a single one costs. */
final class Line {
  static final int MOST_QUANTITY = 1_000_000;
  private static final String PRICE = "[0-9]{1,9}(\\.[0-9]{1,4})?";
  private static final String SKU = "[A-Z0-9-]{1,20}"; // ASCII, which all languages sort alike

  final String sku;
  final int quantity;
  final BigDecimal unitPrice;

  private Line(String sku, int quantity, BigDecimal unitPrice) {
    this.sku = sku;
    this.quantity = quantity;
    this.unitPrice = unitPrice;
  }

  static Line of(Object item) {
    String sku = Order.member(item, "sku", String.class);
    if (!sku.matches(SKU)) {
      throw new InvalidOrderException("malformed sku '" + sku + "'");
    }
    Object quantity = ((Map<?, ?>) item).get("quantity");
    if (!(quantity instanceof Integer) || (int) quantity < 1 || (int) quantity > MOST_QUANTITY) {
      throw new InvalidQuantityException(sku, MOST_QUANTITY);
    }
    String price = Order.member(item, "unitPrice", String.class);
    if (!price.matches(PRICE)) {
      throw new InvalidOrderException("malformed price '" + price + "'");
    }
    return new Line(sku, (int) quantity, new BigDecimal(price));
  }
}
