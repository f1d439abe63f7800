package twin;

import meeting.Meeting;

/** Initialised when both twins initialise theirs. */
public class Late {
  static {
    Meeting.at("twins 2");
  }

  public static String name() {
    return "one";
  }
}
