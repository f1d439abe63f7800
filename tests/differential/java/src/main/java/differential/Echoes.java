package differential;

import com.amazonaws.services.lambda.runtime.Context;

/** What comes back: more handlers of one kind, as each meets few events that are not generated. */
public class Echoes {
  public Object odd(Object event, Context context) {
    return event;
  }

  public Object broken(Object event, Context context) {
    return event;
  }

  public Object android(Object event, Context context) {
    return event;
  }
}
