package test.lambda.handlers;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;

/** Values in and out (H-JAVA-54). */
public class RequestHandlerImpl implements RequestHandler<String, String> {
  @Override
  public String handleRequest(String input, Context context) {
    return "success";
  }
}
