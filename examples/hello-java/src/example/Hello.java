package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;

/** Logs the number that it is given and answers it as text. */
public class Hello {
  public String myHandler(int myCount, Context context) {
    LambdaLogger logger = context.getLogger();
    logger.log("received : " + myCount);
    return String.valueOf(myCount);
  }
}
