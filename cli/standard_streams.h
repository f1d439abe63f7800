// Standard input, output and error as this command uses them.
#ifndef TANDEM_CLI_STANDARD_STREAMS_H_
#define TANDEM_CLI_STANDARD_STREAMS_H_

#include <chrono>
#include <exception>
#include <string_view>

#include "tandem/status.h"

namespace tandem::cli {

// Opens /dev/null where a standard descriptor is closed, so that no other file takes its number, and ignores the
// signals by which a write would end the process. Called first in main.
void PrepareStandardStreams();

// Whether the caller gave no standard input, which is not the same as an empty one.
bool StandardInputWasClosed();

// Writes all bytes, however often the write is interrupted or takes a part. Errors: kUnavailable with the reason.
Status WriteAll(int descriptor, std::string_view bytes);
// Writes as much as the reader takes within about `patience`. Whether that was all.
bool WriteImpatiently(int descriptor, std::string_view bytes, std::chrono::milliseconds patience);

// Writes to standard output and says on standard error when that fails. Returns the exit status.
int Print(std::string_view text);
// Writes "tandem: <message>" to standard error, as one line whatever the message quotes.
void Complain(std::string_view message);

// Where a response goes that user code cannot reach: the real standard output behind a private descriptor.
//
// Lifetime: the process's. A child that user code forks has the descriptor closed.
class ResponseChannel {
 public:
  // Makes descriptor 1 a second standard error for everything that writes there. Called once, before any VM starts.
  // Errors: kUnavailable when standard output is closed; kInternal when the process may open no file.
  static Result<ResponseChannel> Take();

  Status Write(std::string_view bytes) const { return WriteAll(descriptor_, bytes); }
  bool is_terminal() const { return is_terminal_; }

 private:
  ResponseChannel(int descriptor, bool is_terminal) : descriptor_(descriptor), is_terminal_(is_terminal) {}

  int descriptor_;
  bool is_terminal_;
};

// Whether this is the process that was started, and not a child that user code has forked.
bool IsFirstProcess();

// Says what went wrong in the command itself; returns the exit status.
int ComplainInternal(const std::exception& error);

// Ends the process without running what VMs and user code registered for its end, after flushing C's standard output.
[[noreturn]] void EndProcess(int status);
// The same without flushing anything.
[[noreturn]] void EndProcessNow(int status);

// Runs `body`, out of which no exception can go; one ends the process.
template <typename Body>
void EndAtException(const Body& body) {
  try {
    body();
  } catch (const std::exception& error) {
    EndProcess(ComplainInternal(error));
  }
}

}  // namespace tandem::cli

#endif  // TANDEM_CLI_STANDARD_STREAMS_H_
