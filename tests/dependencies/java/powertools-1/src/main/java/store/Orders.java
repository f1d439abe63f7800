package store;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import software.amazon.cloudwatchlogs.emf.logger.MetricsLogger;
import software.amazon.cloudwatchlogs.emf.model.DimensionSet;
import software.amazon.cloudwatchlogs.emf.model.Unit;
import software.amazon.lambda.powertools.logging.Logging;
import software.amazon.lambda.powertools.logging.LoggingUtils;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.MetricsUtils;

/** Logs and measures by annotations; an order of nothing ends in an error. */
public class Orders implements RequestHandler<Map<String, Object>, String> {
  private static final Logger LOG = LogManager.getLogger(Orders.class);

  @Override
  @Logging(correlationIdPath = "/id")
  @Metrics(namespace = "shop", service = "orders", captureColdStart = true)
  public String handleRequest(Map<String, Object> event, Context context) {
    int orders = (Integer) event.get("orders");
    LOG.debug("seldom");
    LoggingUtils.appendKey("lines", "2");
    LOG.info("größe {}", event.get("id"));
    MetricsLogger metrics = MetricsUtils.metricsLogger();
    metrics.putDimensions(DimensionSet.of("city", (String) event.get("city")));
    metrics.putMetric("orders", orders, Unit.COUNT);
    metrics.putMetadata("request", context.getAwsRequestId());
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
    @Metrics(namespace = "shop", service = "orders", raiseOnEmptyMetrics = true)
    public String handleRequest(Map<String, Object> event, Context context) {
      return "unseen";
    }
  }
}
