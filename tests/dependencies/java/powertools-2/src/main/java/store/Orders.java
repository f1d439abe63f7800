package store;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.lambda.powertools.logging.Logging;
import software.amazon.lambda.powertools.logging.argument.StructuredArguments;
import software.amazon.lambda.powertools.metrics.FlushMetrics;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.MetricsFactory;
import software.amazon.lambda.powertools.metrics.model.MetricUnit;

/** Logs and measures by annotations; an order of nothing ends in an error. */
public class Orders implements RequestHandler<Map<String, Object>, String> {
  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
  private static final Metrics METRICS = MetricsFactory.getMetricsInstance();

  @Override
  @Logging(correlationIdPath = "id")
  @FlushMetrics(namespace = "shop", service = "orders", captureColdStart = true)
  public String handleRequest(Map<String, Object> event, Context context) {
    int orders = (Integer) event.get("orders");
    LOG.debug("seldom");
    LOG.info("größe {}", event.get("id"), StructuredArguments.entry("lines", 2));
    METRICS.addDimension("city", (String) event.get("city"));
    METRICS.addMetric("orders", orders, MetricUnit.COUNT);
    METRICS.addMetadata("request", context.getAwsRequestId());
    if (orders == 0) {
      IllegalStateException planted = new IllegalStateException("planted");
      LOG.error("refused", planted);
      throw planted;
    }
    return context.getAwsRequestId();
  }

  /** Measures nothing, which it has said to be an error. */
  public static class Idle implements RequestHandler<Map<String, Object>, String> {
    @Override
    @FlushMetrics(namespace = "shop", service = "orders", raiseOnEmptyMetrics = true)
    public String handleRequest(Map<String, Object> event, Context context) {
      return "unseen";
    }
  }
}
