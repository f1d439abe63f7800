// Reactor: the one thread that waits for all connections, and for what their requests wait for.
#ifndef TANDEM_HOST_HTTP_REACTOR_H_
#define TANDEM_HOST_HTTP_REACTOR_H_

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "host/http/connection.h"
#include "host/http/server.h"
#include "tandem/status.h"
#include "workers/file_descriptor.h"

namespace tandem::host {

// Who has the connections that a reactor is done with.
// Threads: called by the reactor's.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  // Serve goes on with it, on another thread.
  virtual void NeedsThread(HttpConnection& connection) = 0;
  virtual void HasEnded(HttpConnection& connection) = 0;
};

// Reads requests as they come, begins those that may be begun, and sends their answers, without waiting for any of
// them. A connection for which somebody has to wait goes to its owner, who adds it again when it is idle.
//
// Threads: Add from any. Owns: a thread. Lifetime: ends when it has no connection.
class Reactor {
 public:
  Reactor(HttpApplication& application, const HttpLimits& limits, ConnectionOwner& owner);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  ~Reactor();

  // Errors: kInternal where the system refuses what it needs.
  Status Start();
  // The connection is the reactor's until its owner is told otherwise.
  void Add(HttpConnection& connection);

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    HttpConnection* connection;
    Clock::time_point due = Clock::time_point::max();
    bool is_watched = false;          // the socket
    bool has_part = false;            // of a request
    std::uint64_t source_number = 0;  // of what the request waits for; 0: it waits for nothing
  };
  using Entries = std::unordered_map<std::uint64_t, Entry>;

  void Run();
  void Wake() const;
  // False: this is the end.
  bool TakeAdded();
  // False: the system refuses it.
  bool Watch(std::uint64_t number, Entry& entry);
  void Unwatch(Entry& entry) const;
  bool WatchSource(const PendingResponse::Source& source);
  // From now on the connection waits for what its request has begun in. False: as above.
  bool TakeSource(std::uint64_t number, Entry& entry, const PendingResponse::Source& source);
  void DropSource(std::uint64_t number, Entry& entry);
  // Those that wait for it, one after another, as far as one has come.
  void LookAtSource(std::uint64_t source);
  void OnEvent(std::uint64_t token);
  void OnDue(std::uint64_t number);
  // Everything that can be done for the connection now.
  void Advance(std::uint64_t number, bool may_receive);
  enum class Step : std::uint8_t { kWaits, kAgain, kNeedsThread, kEnds };
  Step Next(std::uint64_t number, Entry& entry, bool may_receive);
  // To its owner, unless it waits here.
  void Leave(std::uint64_t number, Step step);
  Step ReceiveRequest(std::uint64_t number, Entry& entry, bool may_receive);
  Step LookAtPending(std::uint64_t number, Entry& entry);
  Step Send(std::uint64_t number, Entry& entry, const HttpResponse& response);
  void SetDue(Entry& entry, Clock::time_point due);
  void LookAtDue();
  int Timeout() const;

  HttpApplication& application_;
  const HttpLimits& limits_;
  ConnectionOwner& owner_;
  workers::FileDescriptor epoll_;
  workers::FileDescriptor wake_;
  std::thread thread_;
  // Of the thread:
  Entries entries_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>> by_source_;  // connections, as they have begun
  std::unordered_set<std::uint64_t> watched_sources_;
  Clock::time_point next_look_ = Clock::time_point::max();
  std::mutex mutex_;
  std::vector<HttpConnection*> added_;  // guarded by mutex_
  bool ends_ = false;                   // guarded by mutex_
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_HTTP_REACTOR_H_
