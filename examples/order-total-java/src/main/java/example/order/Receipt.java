package example.order;

/** The sum of an order. */
public class Receipt {
  private final String orderId;
  private final int articles;
  private final String total;

  public Receipt(String orderId, int articles, String total) {
    this.orderId = orderId;
    this.articles = articles;
    this.total = total;
  }

  public String getOrderId() {
    return orderId;
  }

  public int getArticles() {
    return articles;
  }

  public String getTotal() {
    return total;
  }
}
