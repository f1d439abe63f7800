package pricing;

import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** An order as it comes, checked strictly: what a language would convert by itself is refused. */
final class Order {
  private static final String RFC_3339 =
      "2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])";

  final String id;
  final String currency;
  final OffsetDateTime placedAt;
  final String country;
  final String tier;
  final String coupon; // null: none
  final List<Line> lines; // by their SKUs

  Order(Map<String, Object> event) {
    id = member(event, "orderId", String.class);
    List<?> items = member(event, "items", List.class);
    if (items.isEmpty()) {
      throw new EmptyOrderException(id);
    }
    Map<?, ?> customer = member(event, "customer", Map.class);
    currency = member(event, "currency", String.class);
    placedAt = timeOf(member(event, "placedAt", String.class));
    country = member(customer, "country", String.class);
    tier = member(customer, "tier", String.class);
    coupon = event.get("coupon") == null ? null : member(event, "coupon", String.class);
    lines = items.stream()
        .map(Line::of)
        .sorted(Comparator.comparing(line -> line.sku))
        .collect(Collectors.toList());
  }

  /** A member of a JSON object, of the one type that it may have. */
  static <T> T member(Object value, String name, Class<T> type) {
    if (!(value instanceof Map) || !type.isInstance(((Map<?, ?>) value).get(name))) {
      throw new InvalidOrderException("'" + name + "' is missing or of the wrong type");
    }
    return type.cast(((Map<?, ?>) value).get(name));
  }

  private static OffsetDateTime timeOf(String text) {
    try {
      if (text.matches(RFC_3339)) {
        return OffsetDateTime.parse(text);
      }
    } catch (DateTimeException e) {
      // no day of the calendar, no time of the clock
    }
    throw new MalformedDateException(text);
  }
}
