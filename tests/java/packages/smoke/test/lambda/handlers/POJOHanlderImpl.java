package test.lambda.handlers;

import com.amazonaws.services.lambda.runtime.Context;

/** Plain methods (H-JAVA-54). */
public class POJOHanlderImpl {
  public String noParamsHandler() {
    return "success";
  }

  public String oneParamHandler_event(String event) {
    return "success";
  }

  public String oneParamHandler_context(Context context) {
    return context == null ? "no context" : "success";
  }

  public String twoParamsHandler(String event, Context context) {
    return context == null ? "no context" : "success";
  }
}
