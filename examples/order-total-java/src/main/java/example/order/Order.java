package example.order;

import java.util.ArrayList;
import java.util.List;

/** What a customer wants to buy; prices are amounts of one currency. */
public class Order {
  private String id;
  private String currency = "EUR";
  private List<Line> lines = new ArrayList<>();

  public String getId() {
    return id;
  }

  public void setId(String id) {
    this.id = id;
  }

  public String getCurrency() {
    return currency;
  }

  public void setCurrency(String currency) {
    this.currency = currency;
  }

  public List<Line> getLines() {
    return lines;
  }

  public void setLines(List<Line> lines) {
    this.lines = lines;
  }
}
