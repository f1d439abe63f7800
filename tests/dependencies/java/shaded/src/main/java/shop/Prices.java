package shop;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Uses a library that is in the same jar, under the name that the shade plug-in gave it. */
public class Prices implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  private int count;

  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    JsonObject order = new Gson().fromJson((String) event.get("order"), JsonObject.class);
    Map<String, Object> lines = new TreeMap<>();
    order.entrySet().forEach(entry -> lines.put(entry.getKey(), entry.getValue().getAsInt() * 2));
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("count", ++count);
    answer.put("gson", Gson.class.getName());
    answer.put("doubled", new Gson().toJson(lines));
    answer.put("core", Context.class.getProtectionDomain().getCodeSource().getLocation().getPath());
    answer.put("packed", Prices.class.getResource("/com/amazonaws/services/lambda/runtime/Context.class") != null);
    return answer;
  }
}
