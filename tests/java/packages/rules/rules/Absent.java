package rules;

/** Compiled, then deleted from the package: what depends on it cannot be loaded. */
public class Absent {}
