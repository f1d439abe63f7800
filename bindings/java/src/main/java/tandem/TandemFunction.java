package tandem;

import java.io.InputStream;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/**
 * A loaded function. Any thread may call it at any time; calls wait for each other beyond its concurrency.
 *
 * @param <I> the event
 * @param <O> the response
 */
public final class TandemFunction<I, O> implements Function<I, O>, AutoCloseable {
  private static final long CANCEL_INTERVAL_MS = 5;

  private final TandemRuntime runtime;
  private final String handler;
  private final long handle;
  private final Type response;
  private final Users users;
  private final boolean isView;

  TandemFunction(TandemRuntime runtime, String handler, long handle, Type response) {
    this.runtime = runtime;
    this.handler = handler;
    this.handle = handle;
    this.response = response;
    users = new Users();
    isView = false;
  }

  private TandemFunction(TandemFunction<?, ?> of, Type response) {
    runtime = of.runtime;
    handler = of.handler;
    handle = of.handle;
    this.response = response;
    users = of.users;
    isView = true;
  }

  /**
   * The same function of values of other types, which Gson writes and reads. Closing what is returned does nothing: the
   * function ends with the one that was loaded.
   */
  public <J, R> TandemFunction<J, R> view(Class<J> event, Type response) {
    Objects.requireNonNull(event, "event");
    return new TandemFunction<>(this, Objects.requireNonNull(response, "response"));
  }

  /** Runs one call on the handle, while neither it nor the runtime ends. */
  private <T> T call(java.util.function.Supplier<T> body) {
    if (!runtime.users.enter()) {
      throw new TandemException(Code.UNAVAILABLE, "the function's runtime is closed");
    }
    try {
      if (!users.enter()) {
        throw new TandemException(Code.UNAVAILABLE, "the function is unloaded");
      }
      try {
        return body.get();
      } finally {
        users.leave();
      }
    } finally {
      runtime.users.leave();
    }
  }

  /**
   * Invokes the handler.
   *
   * @throws FunctionException where the handler fails
   * @throws TandemException for all else
   */
  @Override
  public O apply(I event) {
    return apply(event, InvokeOptions.NONE);
  }

  /** Invokes the handler, whose context has what the options say. */
  public O apply(I event, InvokeOptions options) {
    return Json.value(applyBytes(Json.of(event), options), response);
  }

  /** Invokes the handler with any bytes, and returns those of its response. */
  public byte[] applyBytes(byte[] payload, InvokeOptions options) {
    return invoke(payload, options, null);
  }

  private byte[] invoke(byte[] payload, InvokeOptions options, Native.ChunkReceiver chunks) {
    Objects.requireNonNull(payload, "payload");
    Objects.requireNonNull(options, "options");
    byte[][] texts =
        options == InvokeOptions.NONE
            ? null
            : Native.bytes(
                List.of(
                    options.requestId(),
                    options.clientContext(),
                    options.cognitoIdentity(),
                    options.traceId(),
                    options.tenantId(),
                    options.qualifier()));
    return call(() -> Native.invoke(handle, payload, texts, chunks));
  }

  /** Invokes the handler on another thread. Cancelling the future asks it to yield. */
  public CompletableFuture<O> applyAsync(I event) {
    byte[] payload = Json.of(event);
    String id = UUID.randomUUID().toString();
    InvokeOptions options = InvokeOptions.NONE.withRequestId(id);
    CompletableFuture<O> future = new CompletableFuture<>();
    CountDownLatch ended = new CountDownLatch(1);
    start(
        () -> {
          try {
            if (!future.isDone()) {
              future.complete(Json.value(applyBytes(payload, options), response));
            }
          } catch (Throwable e) {
            future.completeExceptionally(e);
          } finally {
            ended.countDown();
          }
        });
    future.whenComplete(
        (value, error) -> {
          if (future.isCancelled()) {
            start(() -> cancelUntil(ended, id));
          }
        });
    return future;
  }

  /** Asks until the call has ended, as nobody takes note of it before the handler runs. */
  private void cancelUntil(CountDownLatch ended, String requestId) {
    try {
      do {
        cancel(requestId);
      } while (!ended.await(CANCEL_INTERVAL_MS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the program ends its threads
    }
  }

  private void cancel(String requestId) {
    if (!runtime.users.enterBesideOthers()) {
      return; // the call has ended
    }
    try {
      if (users.enterBesideOthers()) {
        try {
          Native.cancel(handle, Native.bytes(requestId));
        } finally {
          users.leave();
        }
      }
    } finally {
      runtime.users.leave();
    }
  }

  private void start(Runnable task) {
    try {
      runtime.callers.execute(task);
    } catch (RejectedExecutionException e) {
      throw TandemRuntime.closed();
    }
  }

  /**
   * Invokes the handler, and gives its response as it comes. Closing the stream tells an inline handler that the rest is
   * not wanted, and waits for its end; one in a worker goes on to its own, or its timeout. A stream that is dropped
   * unclosed is closed when it is garbage. Where the handler fails, reading throws an IOException whose cause says how.
   */
  public InputStream stream(I event) {
    byte[] payload = Json.of(event);
    ResponseStream stream = new ResponseStream();
    start(
        () -> {
          try {
            stream.end(invoke(payload, InvokeOptions.NONE, stream::add));
          } catch (Throwable e) {
            stream.fail(e);
          }
        });
    return stream.reader();
  }

  /** Runs the init phase where it has not run. Errors: as {@link #apply}. */
  public void prepare() {
    call(
        () -> {
          Native.prepare(handle);
          return null;
        });
  }

  /** What a user should see, such as that a newer runtime serves, a line each; empty: there is nothing. */
  public String warning() {
    return call(() -> Native.text(Native.warning(handle)));
  }

  /**
   * Ends the function, once its invocations have ended. May be called again. Errors: TandemException where one of them runs
   * on this thread.
   */
  @Override
  public void close() {
    if (isView) {
      return;
    }
    if (users.isUsedHere()) {
      throw new TandemException(
          Code.INVALID_ARGUMENT, "the function is unloaded from within one of its invocations");
    }
    if (!runtime.users.enter()) {
      return; // it has ended with its runtime
    }
    try {
      if (users.close()) {
        runtime.forget(this);
        Native.unload(handle);
      }
    } finally {
      runtime.users.leave();
    }
  }

  @Override
  public String toString() {
    return "TandemFunction[" + handler + "]";
  }
}
