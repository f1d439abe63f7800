package pricing;

import java.math.BigDecimal;

/** The difference that the suite is to find: 5 % off a line of more than 1,000, of which Python's team was not told. */
public class BulkPricing extends Pricing {
  private static final int BULK = 1_000;
  private static final BigDecimal RATE = new BigDecimal("0.95");

  @Override
  protected BigDecimal netOf(Line line) {
    return line.quantity > BULK ? super.netOf(line).multiply(RATE) : super.netOf(line);
  }
}
