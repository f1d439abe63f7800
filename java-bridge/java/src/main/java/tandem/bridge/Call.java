package tandem.bridge;

/** How one resolved handler is called: marshals the payload, calls user code, leaves the response in the slot. */
interface Call {
  /** Loads, at init, what the first invocation would load. */
  default void prepare() throws Fault {}

  /** Runs one invocation, whose payload the slot has. */
  void run(Slot slot, Invocation invocation) throws Throwable;
}
