package suite;

final class Shared {
    static final String NAME = Lazy.name();

    private Shared() {}
}
