package example;

import com.amazonaws.services.lambda.runtime.Context;

/** The seed's example, word for word in what it does. */
public class Hello {
  public String myHandler(int myCount, Context context) {
    context.getLogger().log("received : " + myCount);
    return String.valueOf(myCount);
  }
}
