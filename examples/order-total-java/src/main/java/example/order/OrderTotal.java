package example.order;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.joda.money.CurrencyUnit;
import org.joda.money.Money;

/** Adds up an order without losing a cent; an unknown currency or a price that is no number is the caller's error. */
public class OrderTotal implements RequestHandler<Order, Receipt> {
  @Override
  public Receipt handleRequest(Order order, Context context) {
    CurrencyUnit currency = CurrencyUnit.of(order.getCurrency());
    Money total = Money.zero(currency);
    int articles = 0;
    for (Line line : order.getLines()) {
      Money price = Money.of(currency, new BigDecimal(line.getPrice()), RoundingMode.HALF_EVEN);
      total = total.plus(price.multipliedBy(line.getQuantity()));
      articles += line.getQuantity();
    }
    context.getLogger().log("order " + order.getId() + ": " + total + "\n");
    return new Receipt(order.getId(), articles, total.toString());
  }
}
