package rules;

/** Cannot be initialised, as it leaves nothing of the heap. */
public class FatalInit {
  public FatalInit() {
    Fatal.exhaust(1 << 20);
  }

  public int handle(Object in) {
    return 0;
  }
}
