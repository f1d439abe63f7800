// What the tests of the Runtime API have in common: a client of bare sockets, and the host at the other end.
#ifndef TANDEM_TESTS_WORKERS_RUNTIME_API_CLIENT_H_
#define TANDEM_TESTS_WORKERS_RUNTIME_API_CLIENT_H_

#include <cstddef>
#include <future>
#include <map>
#include <string>
#include <string_view>

#include "workers/file_descriptor.h"
#include "workers/runtime_api.h"

namespace tandem::test {

using workers::RuntimeApi;
using workers::RuntimeApiInvocation;
using workers::RuntimeApiResult;

inline constexpr RuntimeApi::Clock::time_point kNoDeadline = RuntimeApi::Clock::time_point::max();

// An HTTP response as it came.
struct HttpReply {
  int status = 0;
  std::string head;                           // with the status line and the blank line
  std::map<std::string, std::string> fields;  // names in lower case
  std::string body;
  bool ended = false;  // the connection ended before the whole of it came

  bool has(const std::string& name) const { return fields.contains(name); }
};

// One connection, on which exact bytes go out and come in.
class RawClient {
 public:
  explicit RawClient(const RuntimeApi& api);

  void Send(std::string_view bytes);
  // A request with a Host and a Content-Length; `fields` are lines that each end in \r\n.
  void Request(std::string_view method, std::string_view path, std::string_view body = {},
               std::string_view fields = {});
  // The next response, by its Content-Length.
  HttpReply Read();
  HttpReply Ask(std::string_view method, std::string_view path, std::string_view body = {},
                std::string_view fields = {}) {
    Request(method, path, body, fields);
    return Read();
  }
  // GET next, without waiting for the event.
  void AskNext() { Request("GET", "/runtime/invocation/next"); }
  HttpReply Next() { return Ask("GET", "/runtime/invocation/next"); }
  HttpReply Respond(const std::string& id, std::string_view body, std::string_view fields = {}) {
    return Ask("POST", "/runtime/invocation/" + id + "/response", body, fields);
  }
  HttpReply Report(const std::string& id, std::string_view body, std::string_view fields = {}) {
    return Ask("POST", "/runtime/invocation/" + id + "/error", body, fields);
  }

  // No more will be sent.
  void EndSending();
  // Whether the peer has closed it; waits for that or for bytes.
  bool IsClosed();
  // Whether something is there to be read, without waiting.
  bool HasBytes() const;
  void Close() { socket_.Close(); }

 private:
  bool Fill();

  workers::FileDescriptor socket_;
  std::string received_;
};

// A served Runtime API, whose host waits on threads of their own.
class Served {
 public:
  Served();

  RuntimeApi& operator*() { return api_; }
  RuntimeApi* operator->() { return &api_; }
  RawClient Connect() { return RawClient(api_); }
  std::future<RuntimeApiResult> WaitReady(RuntimeApi::Clock::time_point deadline = kNoDeadline);
  std::future<RuntimeApiResult> Invoke(RuntimeApiInvocation invocation,
                                       RuntimeApi::Clock::time_point deadline = kNoDeadline);
  std::future<RuntimeApiResult> Invoke(const std::string& id, std::string_view payload = "{}");

 private:
  RuntimeApi api_;
};

inline std::string Bytes(const RuntimeApiResult& result) {
  return std::string(result.outcome.payload().view());
}

}  // namespace tandem::test

#endif  // TANDEM_TESTS_WORKERS_RUNTIME_API_CLIENT_H_
