package pricing;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Prices orders: discounts, tax and the day by which to pay. ../../python has the same in Python. */
public class Pricing implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  private static final Map<String, Integer> DIGITS = Map.of("EUR", 2, "GBP", 2, "JPY", 0, "KWD", 3, "USD", 2);
  private static final Map<String, BigDecimal> TAX_RATES = Map.of("CH", new BigDecimal("0.081"),
      "DE", new BigDecimal("0.19"), "FR", new BigDecimal("0.20"), "JP", new BigDecimal("0.10"));
  private static final Map<String, BigDecimal> TIERS = Map.of("standard", new BigDecimal("0"),
      "silver", new BigDecimal("0.05"), "gold", new BigDecimal("0.10"));
  private static final Map<String, BigDecimal> COUPONS = Map.of("WELCOME5", new BigDecimal("0.05"),
      "SUMMER15", new BigDecimal("0.15"));
  private static final BigDecimal MOST_DISCOUNT = new BigDecimal("0.20");
  private static final int DAYS_TO_PAY = 14;

  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    Order order = new Order(event);
    if (!DIGITS.containsKey(order.currency)) {
      throw new UnknownCurrencyException(order.currency);
    }
    int digits = DIGITS.get(order.currency);
    List<Map<String, Object>> lines = new ArrayList<>();
    BigDecimal sum = BigDecimal.ZERO;
    for (Line line : order.lines) {
      BigDecimal net = rounded(netOf(line), digits);
      lines.add(Map.of("sku", line.sku, "quantity", line.quantity, "net", net.toPlainString()));
      sum = sum.add(net);
    }
    BigDecimal discount = rounded(sum.multiply(discountRate(order)), digits);
    BigDecimal taxed = sum.subtract(discount);
    BigDecimal tax = rounded(taxed.multiply(TAX_RATES.getOrDefault(order.country, BigDecimal.ZERO)), digits);
    String total = taxed.add(tax).toPlainString();
    context.getLogger().log("priced " + order.id + ": " + total + " " + order.currency + "\n");

    Map<String, Object> priced = new LinkedHashMap<>();
    priced.put("orderId", order.id);
    priced.put("currency", order.currency);
    priced.put("lines", lines);
    priced.put("discount", discount.toPlainString());
    priced.put("tax", tax.toPlainString());
    priced.put("total", total);
    priced.put("dueDate", dueDate(order.placedAt).toString());
    priced.put("pricedAt", Instant.now().toString());
    return priced;
  }

  /** What a line costs before it is rounded, and before the order's discounts and tax. */
  protected BigDecimal netOf(Line line) {
    return line.unitPrice.multiply(BigDecimal.valueOf(line.quantity));
  }

  private static BigDecimal rounded(BigDecimal amount, int digits) {
    return amount.setScale(digits, RoundingMode.HALF_EVEN);
  }

  private static BigDecimal discountRate(Order order) {
    BigDecimal rate = rateOf("tier", order.tier, TIERS);
    if (order.coupon != null) {
      rate = rate.add(rateOf("coupon", order.coupon, COUPONS));
    }
    return rate.min(MOST_DISCOUNT);
  }

  private static BigDecimal rateOf(String kind, String name, Map<String, BigDecimal> rates) {
    if (!rates.containsKey(name)) {
      throw new InvalidOrderException("unknown " + kind + " '" + name + "'");
    }
    return rates.get(name);
  }

  /** The day in UTC; a weekend's is the Monday after it. */
  private static LocalDate dueDate(OffsetDateTime placedAt) {
    LocalDate day = placedAt.withOffsetSameInstant(ZoneOffset.UTC).toLocalDate().plusDays(DAYS_TO_PAY);
    boolean isWeekend = day.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
    return isWeekend ? day.with(TemporalAdjusters.next(DayOfWeek.MONDAY)) : day;
  }
}
